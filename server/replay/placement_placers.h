// Who places mirrors in the replay.
#pragma once

#include <memory>

#include "server/replay/placement_demand.h"

namespace harbinger::replay {

/// Once a day: in each cluster what was wanted most often the day before, as much as there is room for, times `part`. No limit on pushes.
std::unique_ptr<Placer> make_yesterdays_top(const PlacementFeed& feed, const PlacementWorld& world, double part);
/// harbinger's planner, with demands from `source`.
std::unique_ptr<Placer> make_planned(const PlacementFeed& feed, const PlacementWorld& world,
                                     const mirror::MirrorSettings& settings, std::unique_ptr<DemandSource> source);

}  // namespace harbinger::replay
