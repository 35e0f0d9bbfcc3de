#include "plugins/file/zone_walk.h"

namespace harbinger::file {

std::optional<WalkedRecord> ZoneWalk::current() const {
  if (!set_) return std::nullopt;
  return WalkedRecord{owner_, set_->type(), set_->ttl(), *record_};
}

void ZoneWalk::advance() {
  if (!set_) return;
  ++record_;
  if (record_ == set_->end()) {
    set_ = zone_.next_set(*set_);
    settle();
  }
}

void ZoneWalk::enter(const Node& node) {
  set_ = zone_.first_set(node);
  if (set_) owner_ = zone_.name_of(node);
  settle();
}

// To the first record of a set; over the SOA, and over names without records.
void ZoneWalk::settle() {
  if (set_ && set_->type() == RRType::SOA) set_ = zone_.next_set(*set_);
  if (!set_) return next_node();
  record_ = set_->begin();
}

void ZoneWalk::next_node() {
  for (; slot_ < zone_.slots(); ++slot_) {
    const Node* node = zone_.node_in(slot_);
    if (!node || node->sets == 0) continue;
    ++slot_;
    return enter(*node);
  }
}

}  // namespace harbinger::file
