#include "plugins/file/owner_key.h"

#include <algorithm>
#include <cstring>

namespace harbinger::file {

OwnerKey::OwnerKey(std::span<const std::uint8_t> relative) : size_(relative.size()) {
  copy_lowercase(octets_.data(), relative.data(), relative.size());
  for (std::size_t at = 0; at < size_; at += octets_[at] + std::size_t{1})
    starts_[labels_++] = static_cast<std::uint8_t>(at);
}

OwnerKey OwnerKey::wildcard_below(std::size_t labels) const {
  std::array<std::uint8_t, Name::kMaxWire + 2> octets{1, '*'};
  std::span<const std::uint8_t> rest = suffix(labels);
  std::copy(rest.begin(), rest.end(), octets.begin() + 2);
  return OwnerKey({octets.data(), rest.size() + 2});
}

int OwnerKey::compare(const OwnerKey& other) const {
  std::size_t common = std::min(labels_, other.labels_);
  for (std::size_t i = 0; i < common; ++i) {
    auto mine = label_from_right(i), theirs = other.label_from_right(i);
    int order = std::memcmp(mine.data(), theirs.data(), std::min(mine.size(), theirs.size()));
    if (order != 0) return order;
    if (mine.size() != theirs.size()) return mine.size() < theirs.size() ? -1 : 1;
  }
  return labels_ < other.labels_ ? -1 : labels_ > other.labels_ ? 1 : 0;
}

}  // namespace harbinger::file
