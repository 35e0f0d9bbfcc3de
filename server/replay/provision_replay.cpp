#include "server/replay/provision_replay.h"

#include <algorithm>

namespace harbinger::replay {

namespace {

// Of several paces, the one that was idle least for 99 % of hits before the judged part.
PoolCurve best_ewma(const ProvisionFeed& feed, const PoolWorld& world) {
  constexpr double kHit = 0.99;
  PoolCurve best;
  double least = 0, seconds = 0;
  for (const double pace : {0.3, 0.1, 0.03}) {
    auto curve = play_family(feed, world, ewma_times(pace));
    seconds += curve.seconds;
    const double idle = curve.chosen_for_hit(kHit)->reports.before.idle;
    if (!best.points.empty() && idle >= least) continue;
    least = idle;
    best = std::move(curve);
  }
  best.seconds = seconds;
  return best;
}

}  // namespace

const PoolCurve* ProvisionResults::of(std::string_view name) const {
  const auto found = std::ranges::find_if(curves, [&](const auto& curve) { return curve.name == name; });
  return found == curves.end() ? nullptr : &*found;
}

const PoolCurve* ProvisionResults::best_simple(double hit) const {
  const PoolCurve* best = nullptr;
  for (const auto& curve : curves) {
    const bool knows =
        curve.name == "static_hindsight" || curve.name == "perfect_foresight" || curve.name == "lead_oracle";
    const auto idle = curve.idle_at(hit);
    if (knows || curve.name == "harbinger" || !idle) continue;
    if (best == nullptr || *idle < *best->idle_at(hit)) best = &curve;
  }
  return best;
}

ProvisionResults replay_provision(const ProvisionFeed& feed, const ProvisionReplay& replay,
                                  const std::function<void(std::string_view)>& progress) {
  ProvisionResults results{.trace = feed.name, .step_ms = feed.step_ms, .replay = replay};
  results.pools = feed.pools.size();
  results.steps = feed.steps();
  results.led = std::ranges::any_of(feed.pools, [](const auto& pool) { return !pool.visitors.empty(); });
  results.world = {.step_ms = feed.step_ms, .start = replay.start, .delay = delay_of(feed.step_ms, replay.start)};
  results.world.judged_from = static_cast<std::size_t>(replay.score_from * static_cast<double>(results.steps));

  const auto play = [&](const PoolFamily& family) {
    progress(family.name);
    return play_family(feed, results.world, family);
  };
  for (const auto& family : {static_hindsight(), static_trained(), reactive_kpa()})
    results.curves.push_back(play(family));
  progress("ewma");
  results.curves.push_back(best_ewma(feed, results.world));
  for (const auto& family : {seasonal_quantile(), hybrid_histogram(), ours_by_hits()})
    results.curves.push_back(play(family));
  if (results.led) results.curves.push_back(play(lead_oracle()));
  results.curves.push_back(play(perfect_foresight()));
  auto by_cost = ours_by_cost();
  by_cost.knobs.assign(ProvisionResults::kCosts.begin(), ProvisionResults::kCosts.end());
  results.by_cost = play(by_cost);
  results.arrivals = results.curves.front().points.front().reports.judged.arrivals;
  return results;
}

}  // namespace harbinger::replay
