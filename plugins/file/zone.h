// One zone as it is served: immutable, packed, found by hash.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include <harbinger/rr.h>

#include "plugins/file/arena.h"
#include "plugins/file/owner_key.h"

namespace harbinger::file {

/// An RRset: shared TTL and type; iterating gives the data of its records. Points into the zone.
class SetView {
 public:
  /// Set, in the arena: next set, TTL, type, covered type; directly behind it the first record. Record: next record,
  /// size, data.
  static constexpr std::size_t kHeader = 12, kRecordHeader = 6;
  static constexpr Ref kFirstRecord = kHeader / 4;

  class Iterator {
   public:
    Iterator(const Arena* arena, Ref ref) : arena_(arena), ref_(ref) {}
    std::span<const std::uint8_t> operator*() const;
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return ref_ == other.ref_; }

   private:
    const Arena* arena_;
    Ref ref_;
  };

  SetView(const Arena& arena, Ref ref) : arena_(&arena), ref_(ref) {}
  RRType type() const { return static_cast<RRType>(field<std::uint16_t>(8)); }
  /// What an RRSIG signs; 0 for other types. Signatures of different types are different sets.
  RRType covers() const { return static_cast<RRType>(field<std::uint16_t>(10)); }
  std::uint32_t ttl() const { return field<std::uint32_t>(4); }
  Iterator begin() const { return {arena_, ref_ + kFirstRecord}; }
  Iterator end() const { return {arena_, 0}; }
  /// The data of the first record: there is always one.
  std::span<const std::uint8_t> first() const { return *begin(); }
  Ref next() const { return field<Ref>(0); }
  Ref ref() const { return ref_; }

 private:
  template <class T>
  T field(std::size_t offset) const {
    T value;
    std::memcpy(&value, arena_->at(ref_) + offset, sizeof value);
    return value;
  }
  const Arena* arena_;
  Ref ref_;
};

/// A name of the zone in the arena, followed by its labels without the zone's suffix, case kept.
struct Node {
  enum Flag : std::uint8_t {
    kCut = 1,    ///< NS below the apex: another zone begins
    kDname = 2,  ///< names below are elsewhere
    kCname = 4,
    kOccluded = 8,   ///< below a cut or a DNAME
    kWildcard = 16,  ///< has a child `*`
    kHidden = 32,    ///< owns nothing but an NSEC3: does not exist for queries (RFC 5155 sec. 7.2.8)
  };
  static constexpr std::size_t kHeader = 7;

  Ref sets;  ///< 0: an empty non-terminal
  std::uint8_t flags;
  std::uint8_t labels;
  std::uint8_t size;
  std::uint8_t octets[1];

  bool is(Flag flag) const { return flags & flag; }
  std::span<const std::uint8_t> name() const { return {octets, size}; }
};

/// NSEC3 settings of the zone (RFC 5155 sec. 4).
struct Nsec3Settings {
  std::uint16_t iterations = 0;
  std::vector<std::uint8_t> salt;
};
using Nsec3Hash = std::array<std::uint8_t, 20>;

/// Reading is thread-safe. Made by ZoneBuilder.
class Zone {
 public:
  struct Counts {
    std::size_t names = 0;  ///< without empty non-terminals
    std::size_t records = 0;
  };
  /// Where a name is, or how near the zone gets to it.
  struct Match {
    const Node* node = nullptr;      ///< the name itself; null: does not exist
    const Node* encloser = nullptr;  ///< its nearest existing ancestor, or the name itself
  };

  const Name& apex() const { return apex_; }
  const Node& apex_node() const { return *node_at(apex_ref_); }
  const Soa& soa() const { return soa_; }
  /// As negative answers carry it: TTL at most the SOA's minimum (RFC 2308 sec. 3).
  const Record& negative_soa() const { return negative_soa_; }
  const Counts& counts() const { return counts_; }
  std::size_t memory() const;

  OwnerKey key_of(const Name& name) const { return OwnerKey(name, apex_.size()); }
  Match find(const OwnerKey& key) const;
  /// The name of exactly these labels, hidden ones too.
  const Node* find_exact(std::span<const std::uint8_t> relative) const;
  /// The cut or DNAME owner nearest to the apex that `key` is below of; null if none.
  const Node* find_occluder(const OwnerKey& key) const;

  std::optional<SetView> set(const Node& node, RRType type, RRType covers = RRType{}) const;
  std::optional<SetView> first_set(const Node& node) const;
  std::optional<SetView> next_set(const SetView& set) const;
  /// Complete, with the case of the zone file.
  Name name_of(const Node& node) const;

  /// All names but the apex stand in slots, each in one; null for an empty slot.
  std::size_t slots() const { return slots_.size(); }
  const Node* node_in(std::size_t slot) const { return slots_[slot].node == 0 ? nullptr : node_at(slots_[slot].node); }

  bool has_nsec() const { return !nsec_.empty(); }
  /// The owner of an NSEC at or before `key`: its NSEC matches or covers it. Only when has_nsec().
  const Node& nsec_at_or_before(const OwnerKey& key) const;

  bool has_nsec3() const { return !nsec3_.empty(); }
  const Nsec3Settings& nsec3_settings() const { return nsec3_settings_; }
  /// The owner whose NSEC3 matches `hash`, or null; and the one that covers it. Only when has_nsec3().
  const Node* nsec3_matching(const Nsec3Hash& hash) const;
  const Node& nsec3_covering(const Nsec3Hash& hash) const;

 private:
  friend class ZoneBuilder;
  struct Slot {
    std::uint32_t tag = 0;
    Ref node = 0;
  };
  struct Nsec3Entry {
    Nsec3Hash hash;
    Ref node;
  };

  const Node* node_at(Ref ref) const { return reinterpret_cast<const Node*>(arena_.at(ref)); }
  std::size_t upper_nsec3(const Nsec3Hash& hash) const;

  Name apex_;
  Ref apex_ref_ = 0;
  std::size_t deepest_ = 0;  // labels of the longest name in here
  std::vector<Slot> slots_;  // open addressing, linear probing; a power of two
  Arena arena_;
  std::vector<Ref> nsec_;          // owners of NSEC in canonical order
  std::vector<Nsec3Entry> nsec3_;  // in order of their hashes
  Nsec3Settings nsec3_settings_;
  Soa soa_;
  Record negative_soa_;
  Counts counts_;
};

}  // namespace harbinger::file
