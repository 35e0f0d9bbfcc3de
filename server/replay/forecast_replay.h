// How well demand is forecast on series of counts, beside simple ways.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/replay/forecast_bursts.h"
#include "server/replay/forecast_judge.h"
#include "server/replay/forecast_series.h"

namespace harbinger::replay {

struct ForecastReplay {
  double score_from = 0.25;  ///< share of the steps after which is judged; never before the second day
  std::optional<Windows> windows{};
};

/// One horizon, over all series. Ratios are geometric means over series; those in which a day-ago forecast never errs do not count.
struct HorizonResult {
  std::uint64_t judged = 0;
  std::size_t series = 0;                         ///< that count
  std::array<double, 1 + kBaselines> over_day{};  ///< mean absolute error over that of day_ago; ours is the first
  std::size_t best = 0;                           ///< baseline with the least of these
  double over_best = 0,
         over_each = 0;  ///< ours over that one's; over that of the best for each series, known afterwards
  std::array<double, kLevels.size()> covered{};  ///< share of the counts at most our quantile
  std::array<double, kLevels.size()> pinball{};  ///< our loss over that of the best baseline at this level
  std::array<std::size_t, kLevels.size()> pinball_best{};
};

struct ForecastResults {
  std::string trace;
  std::size_t series = 0, steps = 0;  ///< steps: of the longest
  std::int64_t interval_s = 0;        ///< 0: they differ
  double score_from = 0;
  std::array<HorizonResult, kHorizons> horizons{};
  std::optional<BurstReport> bursts{};
};

ForecastResults replay_forecast(const std::string& trace, const std::vector<SeriesGroup>& groups,
                                const ForecastReplay& replay, const std::function<void(double)>& progress);

std::string to_table(const ForecastResults& results);
std::string to_json(const ForecastResults& results);

}  // namespace harbinger::replay
