// Records that end by themselves unless they are added again (RFC 9664).
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/rr.h>

namespace harbinger::file {

/// A record that has one, by calendar time: it holds across a restart.
struct Lease {
  Record record;
  UnixMillis until = 0;
};

/// By record. A plain value; one thread at a time.
class Leases {
 public:
  /// A record that is added without a lease stays.
  void set(const Record& record, std::optional<UnixMillis> until);
  void forget(const Record& record) { set(record, std::nullopt); }
  bool has(const Record& record) const;
  /// The records that are over at `now`.
  std::vector<Record> over(UnixMillis now) const;
  /// When the next one is over.
  std::optional<UnixMillis> next() const;
  std::vector<Lease> all() const;

 private:
  struct Key {
    Name name;
    RRType type{};
    Rdata rdata;
    bool operator<(const Key& other) const;
  };
  std::map<Key, Lease> by_record_;
};

}  // namespace harbinger::file
