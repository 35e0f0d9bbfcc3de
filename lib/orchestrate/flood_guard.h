// Cuts actors who act faster than anybody does.
#pragma once

#include "orchestrate/activity.h"
#include "provision/aging_table.h"

namespace harbinger::orchestrate {

/// A bucket of tokens for each actor, refilled by the time that his acts tell: a backlog that is read at once is no flood. Bounded memory: whoever is crowded
/// out begins with a full one. One thread.
class FloodGuard {
 public:
  struct Settings {
    double per_second = 200;       ///< of one actor; 0: no limit
    double burst = 1000;           ///< at once
    std::size_t actors = 131'072;  ///< that are known
  };
  FloodGuard(const Settings& settings, std::uint64_t seed);

  /// Whether the act is one too many.
  bool cuts(ActorKey actor, UnixMillis at, MonotonicTime now);

 private:
  struct Bucket {
    double tokens = 0;
    UnixMillis at = 0;
  };

  const Settings settings_;
  provision::AgingTable<Bucket> buckets_;
};

}  // namespace harbinger::orchestrate
