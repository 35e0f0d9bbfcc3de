// What mirrors bring on a feed: nobody placing, yesterday's top, harbinger's planner, and what can be had at most.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>
#include "mirror/settings.h"
#include "server/replay/placement_bound.h"
#include "server/replay/placement_world.h"

namespace harbinger::replay {

/// How it is played. Rates are in requests for each horizon, as `publish` of a threshold is per minute.
struct PlacementReplay {
  PlacementWorld world{};
  double publish = 4, withdraw = 1;
  double push_share = 0.10;
  bool sweep = false;  ///< thresholds above and below `publish` too, for the curve of coverage over pushed octets
};

/// Changes what `words` say, like `publish=4,withdraw=1,share=0.1,cache=0.05,mirrors=0.5,interval=60,delay=30,horizon=3600,lru=1`; times in seconds.
Result<void> set_placement(const std::string& words, PlacementReplay& replay);

struct PlacementResult {
  std::string name;
  PlacementReport report;
  double seconds = 0;  ///< of processor time
};

struct PlacementResults {
  std::string trace;
  PlacementReplay replay;
  std::uint16_t clusters = 0;
  std::uint64_t capacity = 0;
  PlacementBound bound{};
  std::vector<PlacementResult>
      placers{};  ///< none_lru, none_sieve, yesterdays_top, harbinger, harbinger_series, clairvoyant
  std::vector<PlacementResult> top_curve{}, curve{};  ///< when swept
  double plan_ms = 0;                                 ///< for 100,000 demands

  const PlacementReport* of(std::string_view name) const;
  /// Share of the octets missed by SIEVE and not by the bound that are not missed any more.
  double closed(const PlacementReport& report) const;
};

PlacementResults replay_placement(const PlacementFeed& feed, const PlacementReplay& replay,
                                  const std::function<void(std::string_view)>& progress);

std::string to_table(const PlacementResults& results);
std::string to_json(const PlacementResults& results);
/// Coverage over pushed octets.
std::string placement_plot(const PlacementResults& results);

}  // namespace harbinger::replay
