// Where the replayed planner has its demands from.
#pragma once

#include <memory>
#include <vector>

#include "mirror/planner.h"
#include "server/replay/placement_world.h"

namespace harbinger::replay {

/// One demand, with its cluster as a number. Requests a minute.
struct SpotDemand {
  Spot spot;
  double expected = 0, high = 0, now = 0;
  double chance = 1;  ///< of being wanted at all
  bool burst = false;
};

class DemandSource {
 public:
  virtual ~DemandSource() = default;
  virtual void heard(const Want& want) = 0;
  /// Those of at least `least` requests a minute, expected or of late, and of all mirrors. Called once for each interval.
  virtual std::vector<SpotDemand> demands(std::int64_t now, double least, const Mirrors& mirrors) = 0;
};

/// Learns what follows in the next horizon from how often something was wanted of late, in this cluster and in the others: a table of what came, by steps of
/// these rates.
std::unique_ptr<DemandSource> make_counting_forecast(const PlacementFeed& feed, const PlacementWorld& world);
/// What DemandForecast expects of each resource in each cluster.
std::unique_ptr<DemandSource> make_series_forecast(const PlacementFeed& feed, const PlacementWorld& world);
/// Knows how often each thing will be wanted between its publication and the horizon.
std::unique_ptr<DemandSource> make_clairvoyance(const PlacementFeed& feed, const PlacementWorld& world);

}  // namespace harbinger::replay
