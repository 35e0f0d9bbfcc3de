#include "steer/steering_simulation.h"

#include <cmath>

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::steer;

namespace {

// Forty nodes on a plane.
RttSlices plane() {
  learn::Chance chance(1);
  std::vector<std::pair<double, double>> places;
  for (int i = 0; i < 40; ++i) places.emplace_back(chance.unit() * 200, chance.unit() * 200);
  RttSlices slices(1);
  for (const auto& from : places) {
    auto& row = slices[0].emplace_back();
    for (const auto& to : places)
      row.push_back(static_cast<float>(2 + std::hypot(from.first - to.first, from.second - to.second)));
  }
  return slices;
}

SteeringResult result_of(std::string_view word, const SteeringWorld::Settings& settings = {.groups = 20}) {
  const SteeringWorld world(plane(), settings);
  const auto policy = make_steering_policy(word, world.groups(), world.endpoints(), 1);
  REQUIRE(policy);
  return run_steering(world, *policy, {.requests = 8000});
}

}  // namespace

TEST_CASE("a run is the same for the same seed") {
  CHECK(result_of("harbinger_probes").mean == result_of("harbinger_probes").mean);
  CHECK(result_of("harbinger_probes", {.seed = 2, .groups = 20}).mean != result_of("harbinger_probes").mean);
}

TEST_CASE("in a calm world without noise, who measures is as good as the oracle") {
  const SteeringWorld::Settings calm{.groups = 20, .degradations = 0, .noise = 0};
  for (const auto* word : {"nearest", "ewma", "harbinger"})
    CHECK(result_of(word, calm).mean == Approx(1).margin(0.005));
  CHECK(result_of("round_robin", calm).mean > 2);
}

TEST_CASE("ours comes closer to the oracle than what everybody knows") {
  const auto ours = result_of("harbinger_probes");
  for (const auto& word : steering_policy_words())
    if (!word.starts_with("harbinger")) CHECK(ours.mean < result_of(word).mean);
}

TEST_CASE("a doubled endpoint is left after a few measurements anywhere") {
  CHECK(measurements_to_leave(plane(), "harbinger", {.groups = 20, .noise = 0.05}, 100) <= 4);
  CHECK(measurements_to_leave(plane(), "nearest", {.groups = 20, .noise = 0.05}, 50) == 50);
}

TEST_CASE("there is no policy of another name") { CHECK_FALSE(make_steering_policy("guess", 1, 1, 1)); }
