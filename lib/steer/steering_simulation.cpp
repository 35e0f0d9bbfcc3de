#include "steer/steering_simulation.h"

#include <algorithm>
#include <numeric>

namespace harbinger::steer {

namespace {

constexpr int kFirstLooks = 3;

// Everybody begins knowing what every way usually takes.
void introduce(const SteeringWorld& world, SteeringPolicy& policy, learn::Chance& chance) {
  for (int i = 0; i < kFirstLooks; ++i)
    for (std::size_t group = 0; group < world.groups(); ++group)
      for (std::size_t endpoint = 0; endpoint < world.endpoints(); ++endpoint)
        policy.measured(group, endpoint, world.measure(group, endpoint, 0, chance), 0);
}

}  // namespace

SteeringResult run_steering(const SteeringWorld& world, SteeringPolicy& policy, const SteeringRun& run) {
  learn::Chance chance(run.seed);
  introduce(world, policy, chance);
  std::vector<double> ratios;
  std::vector<std::size_t> last(world.groups(), SIZE_MAX);
  SteeringResult result;
  for (std::size_t i = 0; i < run.requests; ++i) {
    const double at = (static_cast<double>(i) + 1) / static_cast<double>(run.requests + 1) * world.seconds();
    const auto group = chance.below(world.groups());
    const auto chosen = policy.choose(group, at);
    ratios.push_back(world.ms(group, chosen, at) / world.ms(group, world.best(group, at), at));
    result.wrong += ratios.back() > 1.1 ? 1 : 0;
    result.switches += last[group] != SIZE_MAX && last[group] != chosen ? 1 : 0;
    last[group] = chosen;
    policy.measured(group, chosen, world.measure(group, chosen, at, chance), at);
    if (!chance.is(run.probe_share)) continue;
    if (const auto probe = policy.probe(at))
      policy.measured(probe->first, probe->second, world.measure(probe->first, probe->second, at, chance), at);
  }
  const auto count = static_cast<double>(ratios.size());
  result.mean = std::accumulate(ratios.begin(), ratios.end(), 0.0) / count;
  const auto high = ratios.begin() + static_cast<std::ptrdiff_t>(0.99 * count);
  std::ranges::nth_element(ratios, high);
  result.p99 = *high;
  result.wrong /= count;
  result.switches /= static_cast<double>(world.groups()) * world.seconds() / 3600;
  return result;
}

std::size_t measurements_to_leave(const RttSlices& slices, std::string_view word,
                                  const SteeringWorld::Settings& settings, std::size_t most) {
  auto calm = settings;
  calm.degradations = 0;
  SteeringWorld world({slices.front()}, calm);
  const auto policy = make_steering_policy(word, world.groups(), world.endpoints(), settings.seed);
  learn::Chance chance(settings.seed);
  introduce(world, *policy, chance);
  const auto groups = world.groups();
  if (groups == 0) return most;
  double at = 1;
  const auto serve = [&](std::size_t group) {
    at += 0.25;
    const auto chosen = policy->choose(group, at);
    policy->measured(group, chosen, world.measure(group, chosen, at, chance), at);
    return chosen;
  };
  for (std::size_t i = 0; i < 30 * groups; ++i) serve(i % groups);
  // The endpoint with most groups doubles.
  std::vector<std::size_t> clients(world.endpoints());
  for (std::size_t group = 0; group < world.groups(); ++group) ++clients[policy->choose(group, at)];
  const auto doubled = static_cast<std::size_t>(std::ranges::max_element(clients) - clients.begin());
  world.degrade(doubled, at, 2);
  const auto stays = [&](std::size_t group) {
    return policy->choose(group, at) == doubled && world.best(group, at) != doubled;
  };
  const auto staying = [&] {
    std::size_t count = 0;
    for (std::size_t group = 0; group < world.groups(); ++group) count += stays(group) ? 1 : 0;
    return count;
  };
  const auto concerned = staying();
  std::size_t seen = 0;
  for (std::size_t i = 0; i < most * 100 && seen < most; ++i) {
    at += 0.25;
    if (staying() * 10 <= concerned) return seen;
    seen += serve(chance.below(world.groups())) == doubled ? 1 : 0;
  }
  return most;
}

}  // namespace harbinger::steer
