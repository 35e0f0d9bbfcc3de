#include "plugins/file/zone.h"

#include <algorithm>

namespace harbinger::file {

namespace {

std::uint8_t lower(std::uint8_t c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

// `key` is lower-case already. Length octets are below 64, so they pass unchanged.
bool same_labels(std::span<const std::uint8_t> stored, std::span<const std::uint8_t> key) {
  return stored.size() == key.size() && std::equal(stored.begin(), stored.end(), key.begin(),
                                                   [](std::uint8_t a, std::uint8_t b) { return lower(a) == b; });
}

}  // namespace

std::span<const std::uint8_t> SetView::Iterator::operator*() const {
  const std::uint8_t* record = arena_->at(ref_);
  std::uint16_t size;
  std::memcpy(&size, record + 4, sizeof size);
  return {record + kRecordHeader, size};
}

SetView::Iterator& SetView::Iterator::operator++() {
  std::memcpy(&ref_, arena_->at(ref_), sizeof ref_);
  return *this;
}

std::size_t Zone::memory() const {
  return arena_.memory() + slots_.capacity() * sizeof(Slot) + nsec_.capacity() * sizeof(Ref) +
         nsec3_.capacity() * sizeof(Nsec3Entry);
}

const Node* Zone::find_exact(std::span<const std::uint8_t> relative) const {
  if (relative.empty()) return &apex_node();
  auto tag = static_cast<std::uint32_t>(keyed_hash(relative.data(), relative.size()));
  std::size_t mask = slots_.size() - 1;
  for (std::size_t at = tag & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.node == 0) return nullptr;
    if (slot.tag != tag) continue;
    const Node* node = node_at(slot.node);
    if (same_labels(node->name(), relative)) return node;
  }
}

Zone::Match Zone::find(const OwnerKey& key) const {
  // Names longer than any here cannot exist, and a client may ask for 127 labels.
  std::size_t labels = std::min(key.labels(), deepest_);
  for (std::size_t i = labels; i > 0; --i) {
    const Node* node = find_exact(key.suffix(i));
    if (!node || node->is(Node::kHidden)) continue;
    return {i == key.labels() ? node : nullptr, node};
  }
  return {key.labels() == 0 ? &apex_node() : nullptr, &apex_node()};
}

const Node* Zone::find_occluder(const OwnerKey& key) const {
  if (key.labels() > 0 && apex_node().is(Node::kDname)) return &apex_node();
  for (std::size_t i = 1; i < key.labels() && i <= deepest_; ++i) {
    const Node* node = find_exact(key.suffix(i));
    if (!node) return nullptr;
    if (node->flags & (Node::kCut | Node::kDname)) return node;
  }
  return nullptr;
}

std::optional<SetView> Zone::set(const Node& node, RRType type, RRType covers) const {
  for (Ref ref = node.sets; ref != 0;) {
    SetView set(arena_, ref);
    if (set.type() == type && set.covers() == covers) return set;
    ref = set.next();
  }
  return std::nullopt;
}

std::optional<SetView> Zone::first_set(const Node& node) const {
  if (node.sets == 0) return std::nullopt;
  return SetView(arena_, node.sets);
}

std::optional<SetView> Zone::next_set(const SetView& set) const {
  if (set.next() == 0) return std::nullopt;
  return SetView(arena_, set.next());
}

Name Zone::name_of(const Node& node) const {
  NameBuilder builder;
  std::span<const std::uint8_t> labels = node.name();
  for (std::size_t at = 0; at < labels.size(); at += labels[at] + std::size_t{1})
    builder.append(labels.subspan(at + 1, labels[at]));
  Name name;
  builder.finish_with(apex_, name);
  return name;
}

const Node& Zone::nsec_at_or_before(const OwnerKey& key) const {
  auto after = std::upper_bound(nsec_.begin(), nsec_.end(), key, [&](const OwnerKey& wanted, Ref ref) {
    return wanted.compare(OwnerKey(node_at(ref)->name())) < 0;
  });
  // The apex comes first of all, so there is always one before; a broken chain wraps like NSEC3 does.
  return *node_at(after == nsec_.begin() ? nsec_.back() : *std::prev(after));
}

std::size_t Zone::upper_nsec3(const Nsec3Hash& hash) const {
  auto after = std::upper_bound(nsec3_.begin(), nsec3_.end(), hash,
                                [](const Nsec3Hash& wanted, const Nsec3Entry& entry) { return wanted < entry.hash; });
  return static_cast<std::size_t>(after - nsec3_.begin());
}

const Node* Zone::nsec3_matching(const Nsec3Hash& hash) const {
  std::size_t after = upper_nsec3(hash);
  if (after == 0 || nsec3_[after - 1].hash != hash) return nullptr;
  return node_at(nsec3_[after - 1].node);
}

const Node& Zone::nsec3_covering(const Nsec3Hash& hash) const {
  std::size_t after = upper_nsec3(hash);
  return *node_at(after == 0 ? nsec3_.back().node : nsec3_[after - 1].node);  // the last one covers the wrap
}

}  // namespace harbinger::file
