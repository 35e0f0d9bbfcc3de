// A name as a zone looks it up: lower-cased, without the zone's own suffix, every ancestor at hand.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <harbinger/name.h>

namespace harbinger::file {

/// The labels of a name in front of the zone's, lower-cased, in wire form without the root label.
class OwnerKey {
 public:
  /// `name` must be within the zone; `apex_size` is the size of the zone's name in wire form.
  OwnerKey(const Name& name, std::size_t apex_size) : OwnerKey(name.wire().first(name.size() - apex_size)) {}
  explicit OwnerKey(std::span<const std::uint8_t> relative);

  std::size_t labels() const { return labels_; }
  /// The last `labels` of them; nothing for 0, which is the zone's apex.
  std::span<const std::uint8_t> suffix(std::size_t labels) const {
    std::size_t from = labels == 0 ? size_ : starts_[labels_ - labels];
    return {octets_.data() + from, size_ - from};
  }
  std::span<const std::uint8_t> whole() const { return {octets_.data(), size_}; }
  /// Label `i` counted from the right, without its length octet.
  std::span<const std::uint8_t> label_from_right(std::size_t i) const {
    std::size_t from = starts_[labels_ - 1 - i];
    return {octets_.data() + from + 1, octets_[from]};
  }
  /// `*` in front of the last `labels` of them. Fits always: there was a longer name.
  OwnerKey wildcard_below(std::size_t labels) const;

  /// Canonical order of names in one zone (RFC 4034 sec. 6.1): below 0, 0 or above.
  int compare(const OwnerKey& other) const;

 private:
  std::size_t size_;
  std::size_t labels_ = 0;
  std::array<std::uint8_t, Name::kMaxWire + 8> octets_;
  std::array<std::uint8_t, 128> starts_;
};

}  // namespace harbinger::file
