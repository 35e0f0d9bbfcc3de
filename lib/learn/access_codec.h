// Accesses as few octets: what a segment said before is referred to, times are differences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>

namespace harbinger::learn {

/// Longer resources are not kept.
inline constexpr std::size_t kMaxKeptResource = 65'535;

// One access is: an octet of flags and outcome; the time since the access before (zigzag); the client (8 octets, or its place among those
// seen); the resource (length and text, or its place); then what the flags announce. Numbers are LEB128.

/// Writes accesses. What it wrote earlier may be referred to, so a decoder needs everything since the last `reset`.
class AccessEncoder {
 public:
  AccessEncoder();
  /// Appends one access to `out`. Its resource is at most kMaxKeptResource long.
  void encode(const Access& access, std::vector<std::uint8_t>& out);
  /// Forgets: what follows can be read alone.
  void reset();
  /// Octets that remembering takes at present.
  std::size_t memory() const;

 private:
  struct Resource {
    std::uint32_t offset, length, size_bytes;
    std::uint16_t type;
  };
  struct Slot {
    std::uint32_t tag, place;  // place counts from 1; 0: empty
  };

  // The slot of what hashes to `hash` and satisfies `same(place)`, or the empty one for it.
  template <class Same>
  static Slot& find(std::vector<Slot>& table, std::uint64_t hash, Same same);
  static void grow(std::vector<Slot>& table, std::size_t entries,
                   const std::function<std::uint64_t(std::size_t)>& hash_of);
  std::uint64_t hash(std::string_view text) const;
  std::uint64_t hash(ClientKey client) const;
  std::string_view text(const Resource& resource) const { return {texts_.data() + resource.offset, resource.length}; }

  const std::uint64_t seed_;  // so that nobody can prepare names that crowd the table
  UnixMillis last_ = 0;
  std::string texts_;
  std::vector<Resource> resources_;
  std::vector<ClientKey> clients_;
  std::vector<Slot> resource_slots_, client_slots_;
};

/// Reads what an encoder wrote, in the same order.
class AccessDecoder {
 public:
  /// Hands each access of `data` to `use`. Malformed data is an error; what came before it was handed on.
  Result<void> decode(std::span<const std::uint8_t> data, const std::function<void(const Access&)>& use);

 private:
  struct Resource {
    std::size_t offset;
    std::uint32_t length, size_bytes;
    std::uint16_t type;
  };
  class Cursor;
  bool decode_one(Cursor& cursor, Access& access);
  bool decode_resource(Cursor& cursor, bool fresh, std::size_t& place);

  UnixMillis last_ = 0;
  std::string texts_;
  std::vector<Resource> resources_;
  std::vector<ClientKey> clients_;
};

}  // namespace harbinger::learn
