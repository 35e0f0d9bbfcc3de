#include "server/replay/forecast_replay.h"

#include <algorithm>

#include "server/replay/forecast_summary.h"

namespace harbinger::replay {

namespace {

constexpr std::int64_t kDay = 86'400;

// A series, and all that judges it.
struct Judged {
  Judged(const CountSeries& counted, std::int64_t interval_s, DemandForecast::Series ours, const Windows* windows)
      : series(counted), number(ours), baselines(interval_s) {
    for (const auto ahead : DemandForecast::kHorizons) horizons.emplace_back(ahead);
    const auto* known = windows == nullptr ? nullptr : windows_of(*windows, counted.name);
    if (known != nullptr) bursts.emplace(*known);
  }

  void say(const DemandForecast& demand) {
    for (std::size_t i = 0; i < horizons.size(); ++i) {
      const auto said = demand.forecast(number, static_cast<DemandForecast::Horizon>(i));
      const double middle = static_cast<double>(said.q50);
      horizons[i].say({middle, {middle, static_cast<double>(said.q90), static_cast<double>(said.q99)}},
                      baselines.say(horizons[i].ahead()));
    }
  }

  const CountSeries& series;
  const DemandForecast::Series number;
  Baselines baselines;
  std::vector<HorizonJudge> horizons;
  std::optional<BurstJudge> bursts;
};

class GroupReplay {
 public:
  GroupReplay(const SeriesGroup& group, const ForecastReplay& replay)
      : group_(group), demand_({.interval = std::chrono::seconds(group.interval_s), .series = group.series.size()}) {
    const auto day = static_cast<std::size_t>(std::max<std::int64_t>(1, kDay / group.interval_s));
    judged_from_ = std::max(day, static_cast<std::size_t>(replay.score_from * static_cast<double>(group.steps())));
    for (std::size_t i = 0; i < group.series.size(); ++i)
      judged_.emplace_back(group.series[i], group.interval_s, demand_.series(i + 1, 1),
                           replay.windows ? &*replay.windows : nullptr);
  }

  void step(std::size_t step) {
    const auto interval = group_.interval_s * 1000;
    const auto from = group_.from + static_cast<UnixMillis>(step) * interval;
    const bool counts = step >= judged_from_;
    for (auto& each : judged_) {
      const double count = each.series.counts[step];
      for (auto& horizon : each.horizons) horizon.came(count, counts);
      each.baselines.see(from, count);
      demand_.add(each.number, count);
    }
    demand_.step(from + interval);
    for (auto& each : judged_) {
      each.say(demand_);
      if (counts && each.bursts) each.bursts->see(from, from + interval, demand_.bursts(each.number));
    }
  }

  void summarize(ForecastSummary& summary) const {
    for (const auto& each : judged_) {
      for (std::size_t i = 0; i < each.horizons.size(); ++i) summary.add(i, each.horizons[i].losses());
      if (each.bursts) summary.add(each.bursts->report());
    }
  }

 private:
  const SeriesGroup& group_;
  DemandForecast demand_;
  std::size_t judged_from_ = 0;
  std::vector<Judged> judged_;
};

std::int64_t common_interval(const std::vector<SeriesGroup>& groups) {
  const auto first = groups.empty() ? 0 : groups.front().interval_s;
  const bool same = std::ranges::all_of(groups, [&](const auto& group) { return group.interval_s == first; });
  return same ? first : 0;
}

}  // namespace

ForecastResults replay_forecast(const std::string& trace, const std::vector<SeriesGroup>& groups,
                                const ForecastReplay& replay, const std::function<void(double)>& progress) {
  ForecastResults results{.trace = trace, .interval_s = common_interval(groups), .score_from = replay.score_from};
  ForecastSummary summary;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    GroupReplay run(groups[i], replay);
    const auto steps = groups[i].steps();
    for (std::size_t step = 0; step < steps; ++step) {
      run.step(step);
      if (step % 1024 == 0)
        progress((static_cast<double>(i) + static_cast<double>(step) / static_cast<double>(steps)) /
                 static_cast<double>(groups.size()));
    }
    run.summarize(summary);
    results.series += groups[i].series.size();
    results.steps = std::max(results.steps, steps);
  }
  for (std::size_t i = 0; i < kHorizons; ++i) results.horizons[i] = summary.horizon(i);
  if (replay.windows) results.bursts = summary.bursts();
  return results;
}

}  // namespace harbinger::replay
