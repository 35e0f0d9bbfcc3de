// What changed in a zone from serial to serial: what an incremental transfer sends.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <harbinger/rr.h>

namespace harbinger::file {

/// One step. The SOA is among both: it always changes.
struct ZoneDelta {
  std::uint32_t from = 0, to = 0;
  std::vector<Record> removed, added;
};

/// The memory that a step takes.
std::size_t octets_of(const ZoneDelta& delta);

/// The last steps of a zone, each beginning where the one before ends. Any thread but a worker's.
class ZoneHistory {
 public:
  explicit ZoneHistory(std::size_t most_octets) : most_octets_(most_octets) {}

  std::size_t most_octets() const { return most_octets_; }

  /// A step that does not continue from the last one makes all before it useless. The oldest make room.
  void add(std::shared_ptr<const ZoneDelta> delta);
  void forget();

  /// The steps from this serial to the newest, oldest first; nothing when they are not all here.
  std::optional<std::vector<std::shared_ptr<const ZoneDelta>>> since(std::uint32_t serial) const;

 private:
  const std::size_t most_octets_;
  mutable std::mutex lock_;
  std::deque<std::shared_ptr<const ZoneDelta>> deltas_;
  std::size_t octets_ = 0;
};

}  // namespace harbinger::file
