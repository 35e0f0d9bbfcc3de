#include "plugins/vm_provisioning/tag_holders.h"

#include <algorithm>
#include <utility>

namespace harbinger::vm_provisioning {

TagHolders::TagHolders(std::size_t most_clients, std::size_t most_void)
    : most_clients_(most_clients), most_void_(most_void) {}

std::optional<TagHolders::Left> TagHolders::seen(std::uint64_t client, std::uint64_t tag) {
  const auto known = tags_.find(client);
  if (known != tags_.end() && known->second == tag) return std::nullopt;
  set_valid(tag);
  ++holders_[tag];
  if (known == tags_.end()) {
    tags_.emplace(client, tag);
    clients_.push_back(client);
    if (tags_.size() > most_clients_) forget_oldest();
    return std::nullopt;
  }
  const auto before = std::exchange(known->second, tag);
  if (!let_go(before)) return std::nullopt;
  set_void(before);
  return Left{before, tag};
}

// True when nobody holds it any more.
bool TagHolders::let_go(std::uint64_t tag) {
  const auto found = holders_.find(tag);
  if (found == holders_.end() || --found->second > 0) return false;
  holders_.erase(found);
  return true;
}

// Of somebody who did not come for long it is not known whether the tag is still his: it stays valid.
void TagHolders::forget_oldest() {
  const auto found = tags_.find(clients_.front());
  clients_.pop_front();
  let_go(found->second);
  tags_.erase(found);
}

void TagHolders::set_void(std::uint64_t tag) {
  if (!void_.insert(tag).second) return;
  voided_.push_back(tag);
  if (voided_.size() > most_void_) {
    void_.erase(voided_.front());
    voided_.pop_front();
  }
  changed_ = true;
}

void TagHolders::set_valid(std::uint64_t tag) {
  if (void_.erase(tag) == 0) return;
  voided_.erase(std::ranges::find(voided_, tag));
  changed_ = true;
}

void TagHolders::publish() {
  if (std::exchange(changed_, false)) published_.publish(new Tags(void_));
}

}  // namespace harbinger::vm_provisioning
