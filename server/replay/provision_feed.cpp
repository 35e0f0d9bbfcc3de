#include "server/replay/provision_feed.h"

#include <algorithm>

#include "server/replay/sessions.h"

namespace harbinger::replay {

ProvisionFeed feed_of_counts(std::string name, const SeriesGroup& group) {
  ProvisionFeed feed{.name = std::move(name), .step_ms = group.interval_s * 1000, .from = group.from};
  for (const auto& series : group.series) feed.pools.push_back({.name = series.name, .arrivals = series.counts});
  return feed;
}

Result<ProvisionFeed> feed_of_sessions(const Trace& trace, UnixMillis gap_ms, UnixMillis after_ms,
                                       std::int64_t step_ms) {
  ProvisionFeed feed{.name = trace.name, .step_ms = step_ms};
  if (trace.visits.empty()) return feed;
  // More than three years of seconds: one time that is wrong should not take all memory.
  constexpr std::int64_t kMostSteps = 100'000'000;
  if (const auto steps = (trace.visits.back().at - trace.visits.front().at) / step_ms; steps >= kMostSteps)
    return fail(ErrorCode::malformed, "from the first to the last access of " + trace.name + " are " +
                                          std::to_string(steps) + " steps; expected fewer than " +
                                          std::to_string(kMostSteps) + "; a longer --interval makes them fewer");
  const Sessions sessions(trace, gap_ms);
  feed.from = trace.visits.front().at / step_ms * step_ms;
  const auto step_of = [&](UnixMillis at) { return static_cast<std::uint32_t>((at - feed.from) / step_ms); };

  struct Seen {
    UnixMillis first = 0;
    bool known = false, arrived = false;
  };
  std::vector<Seen> seen(sessions.count());
  std::vector<PoolSeries::Visitor> visitors(sessions.count());
  for (std::size_t i = 0; i < trace.visits.size(); ++i) {
    const auto session = sessions[i].session;
    const auto at = trace.visits[i].at;
    auto& state = seen[session];
    if (!state.known) {
      state = {.first = at, .known = true};
      visitors[session].led = step_of(at);
    } else if (!state.arrived && at - state.first >= after_ms) {
      state.arrived = true;
      visitors[session].arrived = step_of(at);
    }
  }
  PoolSeries pool{.name = trace.name};
  const auto steps = step_of(trace.visits.back().at) + 1;
  pool.arrivals.resize(steps);
  pool.leads.resize(steps);
  for (const auto& visitor : visitors) {
    ++pool.leads[visitor.led];
    if (visitor.arrived != PoolSeries::kNever) ++pool.arrivals[visitor.arrived];
  }
  std::ranges::stable_sort(visitors, {}, &PoolSeries::Visitor::arrived);
  pool.visitors = std::move(visitors);
  feed.pools.push_back(std::move(pool));
  return feed;
}

}  // namespace harbinger::replay
