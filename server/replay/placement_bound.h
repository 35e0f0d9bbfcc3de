// What the best cache of the same size could do, that knows what is asked for next but fetches nothing ahead.
#pragma once

#include <cstdint>

#include "server/replay/placement_feed.h"

namespace harbinger::replay {

struct PlacementBound {
  std::uint64_t missed_requests = 0, missed_octets = 0;  ///< at least so many, each in its own best way
};

/// The relaxed bound PFOO-L (Berger, Beckmann and Harchol-Balter, SIGMETRICS 2018), per cluster with a cache of `capacity[cluster]`, over the wants from
/// number `from` on. What a cluster asks for the first time is a miss, unless it asked before `from`.
PlacementBound offline_bound(const PlacementFeed& feed, const std::vector<std::uint64_t>& capacity, std::size_t from);

}  // namespace harbinger::replay
