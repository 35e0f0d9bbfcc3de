#include "server/replay/forecast_series.h"

#include <algorithm>
#include <numeric>

namespace harbinger::replay {

SeriesGroup count_series(const Trace& trace, std::size_t top, std::int64_t interval_s) {
  SeriesGroup group{.interval_s = interval_s};
  if (trace.visits.empty()) return group;
  const auto interval = interval_s * 1000;
  const auto slot_of = [&](UnixMillis at) { return (at >= 0 ? at : at - interval + 1) / interval; };
  const auto first = slot_of(trace.visits.front().at);
  const auto steps = static_cast<std::size_t>(slot_of(trace.visits.back().at) - first + 1);
  group.from = first * interval;

  std::vector<std::size_t> wanted(trace.resources.size());
  for (const auto& visit : trace.visits) ++wanted[visit.resource];
  std::vector<std::uint32_t> order(wanted.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, std::greater<>{}, [&](auto resource) { return wanted[resource]; });
  order.resize(std::min(order.size(), top));

  constexpr auto kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> series_of(wanted.size(), kNone);
  for (const auto resource : order) {
    series_of[resource] = group.series.size();
    group.series.push_back({std::string(trace.resources.text(resource)), std::vector<double>(steps)});
  }
  for (const auto& visit : trace.visits)
    if (const auto series = series_of[visit.resource]; series != kNone)
      group.series[series].counts[static_cast<std::size_t>(slot_of(visit.at) - first)] += 1;
  return group;
}

}  // namespace harbinger::replay
