// Clusters with an edge each, whose cache holds mirrors and what clients asked for, before an origin; and who places mirrors there.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "server/replay/placement_cache.h"
#include "server/replay/placement_feed.h"

namespace harbinger::replay {

struct PlacementWorld {
  double score_from = 0;      ///< share of the wants that are only learnt from
  double cache_part = 0.05;   ///< an edge's cache, as part of all octets of the feed's resources
  double mirror_share = 0.5;  ///< of a cache, that mirrors may take
  bool lru = false;           ///< what clients asked for is kept by LRU instead of SIEVE
  std::int64_t interval_ms = 60'000,
               delay_ms = 30'000;  ///< between plans; from a decision until clients are sent to the mirror
  std::int64_t horizon_ms = 3'600'000;

  std::vector<std::uint64_t> capacity(const PlacementFeed& feed) const;
  std::size_t judged_from(const PlacementFeed& feed) const;
};

/// A resource in a cluster.
struct Spot {
  std::uint32_t resource = 0;
  std::uint16_t cluster = 0;
  friend auto operator<=>(const Spot&, const Spot&) = default;
};

/// A mirror as the world knows it.
struct Placed {
  std::int64_t decided = 0, published = 0;  ///< when; published in the future: under way
};
using Mirrors = std::map<Spot, Placed>;

/// Who decides.
class Placer {
 public:
  struct Moves {
    std::vector<Spot> add, drop;
  };
  virtual ~Placer() = default;
  virtual void heard(const Want& want) = 0;
  virtual Moves plan(std::int64_t now, const Mirrors& mirrors) = 0;
  /// A fill moved so many octets.
  virtual void pushed(std::uint64_t octets, std::int64_t now) = 0;
};

/// What came of it, in the judged part. `late`: requests for what was being mirrored that came before it was there and did not find it.
struct PlacementReport {
  std::uint64_t requests = 0, octets = 0;
  std::uint64_t missed_requests = 0, missed_octets = 0;
  std::uint64_t mirror_requests = 0, mirror_octets = 0;
  std::uint64_t pushed_octets = 0, late = 0;
  std::uint64_t mirrors = 0,
                false_mirrors =
                    0;  ///< that ended, or lasted a horizon at least; never asked, or served less than was pushed
  std::uint64_t flash = 0,
                flash_in_time = 0;  ///< requests for flash crowds' resources; of them, after the mirror was published
};

/// Null: nobody places anything.
PlacementReport run_placement(const PlacementFeed& feed, const PlacementWorld& world, Placer* placer);

}  // namespace harbinger::replay
