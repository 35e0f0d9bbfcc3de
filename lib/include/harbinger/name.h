// A domain name: up to 255 octets in wire form, case kept, compared without case (RFC 1035 sec. 3.1, RFC 4343).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <harbinger/result.h>

namespace harbinger {

/// An absolute domain name. A plain value: no allocation, copies only the octets in use.
class Name {
 public:
  static constexpr std::size_t kMaxWire = 255;
  static constexpr std::size_t kMaxLabel = 63;

  /// The root.
  Name() : size_(1) { bytes_[0] = 0; }
  Name(const Name& other) : size_(other.size_) { std::memcpy(bytes_.data(), other.bytes_.data(), size_); }
  Name& operator=(const Name& other) {
    size_ = other.size_;
    std::memmove(bytes_.data(), other.bytes_.data(), size_);
    return *this;
  }

  /// Presentation form (RFC 1035 sec. 5.1): `\.` and `\DDD` escapes; a missing last dot is taken as present.
  static Result<Name> parse(std::string_view text);
  /// As above, but a text without its last dot is relative to `origin`; `@` is the origin.
  static Result<Name> parse(std::string_view text, const Name& origin);
  /// Uncompressed wire form, complete with the root label and nothing behind it.
  static Result<Name> from_wire(std::span<const std::uint8_t> wire);

  std::span<const std::uint8_t> wire() const { return {bytes_.data(), size_}; }
  std::size_t size() const { return size_; }
  bool is_root() const { return size_ == 1; }
  bool is_wildcard() const { return size_ > 2 && bytes_[0] == 1 && bytes_[1] == '*'; }
  /// Labels without the root: 2 for example.org.
  std::size_t label_count() const;

  /// Presentation form with the last dot; the root is ".".
  std::string to_string() const;

  /// True for the name itself and for everything below it.
  bool is_within(const Name& ancestor) const;
  /// The name without its first label; the root's parent is the root.
  Name parent() const;
  /// The last `labels` labels.
  Name suffix(std::size_t labels) const;
  /// `label` in front of this name; fails when either limit is exceeded.
  Result<Name> child(std::string_view label) const;
  /// This name with the trailing `from` replaced by `to` (DNAME, RFC 6672 sec. 2.2); must be within `from`.
  Result<Name> with_suffix(const Name& from, const Name& to) const;
  Name lowercase() const;

  /// Without case.
  friend bool operator==(const Name& a, const Name& b) { return a.equals(b.wire()); }
  /// Canonical order (RFC 4034 sec. 6.1).
  friend std::weak_ordering operator<=>(const Name& a, const Name& b) { return a.compare(b); }
  /// Without case, against a complete uncompressed wire form.
  bool equals(std::span<const std::uint8_t> wire) const;
  /// Octet for octet, with case.
  bool identical(const Name& other) const {
    return size_ == other.size_ && std::memcmp(bytes_.data(), other.bytes_.data(), size_) == 0;
  }

  /// Without case; seeded per process, so not to be stored.
  std::uint64_t hash() const;

 private:
  friend class NameBuilder;
  friend class QueryParser;
  /// From a wire form whose labels and length have been checked.
  void assign_checked(std::span<const std::uint8_t> wire) {
    size_ = static_cast<std::uint8_t>(wire.size());
    std::memcpy(bytes_.data(), wire.data(), wire.size());
  }
  std::weak_ordering compare(const Name& other) const;

  std::uint8_t size_;
  std::array<std::uint8_t, kMaxWire> bytes_;
};

/// Appends labels to a name under construction; the only other way to write one. Used by the readers of wire and text.
class NameBuilder {
 public:
  NameBuilder() { name_.size_ = 0; }
  /// False when the label or the name would grow too long (room for the root label is kept).
  bool append(std::span<const std::uint8_t> label);
  /// Several labels in wire form, each already known to have 1..63 octets; false when the name would grow too long.
  bool append_labels(std::span<const std::uint8_t> labels) {
    if (name_.size_ + labels.size() + 1 > Name::kMaxWire) return false;
    std::memcpy(&name_.bytes_[name_.size_], labels.data(), labels.size());
    name_.size_ = static_cast<std::uint8_t>(name_.size_ + labels.size());
    return true;
  }
  /// Adds the root label.
  Name finish() {
    name_.bytes_[name_.size_++] = 0;
    return name_;
  }
  /// Adds all labels of `rest`, the root included; false when too long.
  bool finish_with(const Name& rest, Name& out);

 private:
  Name name_;
};

/// Writes `size` octets with A-Z turned to a-z. Length octets are below 64, so a whole wire name can be passed.
/// May write up to 7 octets behind `to + size`.
void copy_lowercase(std::uint8_t* to, const std::uint8_t* from, std::size_t size);

/// Hash of octets, seeded per process against crafted collisions.
std::uint64_t keyed_hash(const void* data, std::size_t size);

struct NameHash {
  std::size_t operator()(const Name& name) const { return name.hash(); }
};

}  // namespace harbinger
