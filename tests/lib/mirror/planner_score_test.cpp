#include "mirror/planner_score.h"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>
#include "tests/lib/mirror/planner_world.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;

namespace {

constexpr Place kBerlin{.latitude = 5252, .longitude = 1340}, kParis{.latitude = 4886, .longitude = 235},
    kMadrid{.latitude = 4042, .longitude = -370};

std::string chosen(PlannerWorld& world) {
  world.settings.threshold.most_mirrors = 1;
  world.demands = {world.wanted(1, 100, 100)};
  return at(world.plan().add);
}

}  // namespace

TEST_CASE("each term can decide where all else is equal") {
  PlannerWorld world;
  world.servers[1].rtt_ms = 10;
  REQUIRE(chosen(world) == "1@fra-1");  // equal: by name
  auto &first = world.servers[0], &second = world.servers[1];
  SECTION("latency") { second.rtt_ms = 2; }
  SECTION("room") { world.publish(7, "fra-1"); }
  SECTION("room for just this") { world.settings.servers["fra-1"].cache_bytes = 99'999; }
  SECTION("load") { first.load = 0.7; }
  SECTION("cost") {
    first.cost = 0.1;
    second.cost = 0.01;
  }
  SECTION("trust") { first.trust = 0.5; }
  SECTION("an operator's preference") { world.settings.servers["fra-2"].preference = 1.1; }
  CHECK(chosen(world) == "1@fra-2");
}

TEST_CASE("a second mirror goes far from the first") {
  PlannerWorld world;
  world.servers = {{.name = "berlin", .cluster = "eu", .place = kBerlin, .rtt_ms = 10, .cache_bytes = 1u << 30},
                   {.name = "berlin-2", .cluster = "eu", .place = kBerlin, .rtt_ms = 10, .cache_bytes = 1u << 30},
                   {.name = "madrid", .cluster = "eu", .place = kMadrid, .rtt_ms = 10, .cache_bytes = 1u << 30},
                   {.name = "paris", .cluster = "eu", .place = kParis, .rtt_ms = 10, .cache_bytes = 1u << 30}};
  world.demands = {world.wanted(1, 100, 100)};
  world.demands[0].cluster = "eu";
  CHECK(at(world.plan().add) == "1@berlin 1@madrid");
}

TEST_CASE("terms add up to the total, and nothing absurd makes it absurd") {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  const Server usual{.name = "a", .rtt_ms = 20, .cache_bytes = 1, .load = 0.2, .cost = 2};
  const Server absurd{.name = "b", .rtt_ms = nan, .cache_bytes = 1, .load = nan, .cost = -1, .trust = nan};
  for (const auto* server : {&usual, &absurd}) {
    const std::vector<Applicant> applicants{{.server = server, .free_after = 0.5, .distance_km = nan}};
    for (const auto& weights : {ScoreWeights{}, ScoreWeights{0, 0, 0, 0, 0}, ScoreWeights{nan, 1, -1, nan, 1e300}}) {
      const auto score = score_of(applicants[0], yardstick_of(applicants), weights);
      CHECK(score.total == Approx(score.latency + score.free_capacity + score.diversity + score.cost + score.trust));
      CHECK((score.total >= 0 && score.total <= 1));
    }
  }
}
