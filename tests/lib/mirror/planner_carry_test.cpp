#include "mirror/planner_carry.h"

#include <catch2/catch.hpp>
#include "tests/lib/mirror/planner_world.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

// Both clusters have their usual demand, of things that are not worth a mirror.
PlannerWorld usual_world() {
  PlannerWorld world;
  for (std::uint64_t i = 0; i < 40; ++i)
    for (const auto* cluster : {"fra", "tyo"}) {
      world.demands.push_back(world.wanted(1000 + i, 25, 25));
      world.demands.back().cluster = cluster;
    }
  return world;
}

}  // namespace

TEST_CASE("what is wanted in one cluster is expected in the other, by the clusters' sizes") {
  auto world = usual_world();
  world.demands.push_back(world.wanted(1, 200, 200));
  world.settings.threshold.most_mirrors = 1;
  const auto plan = world.plan();
  REQUIRE(at(plan.add) == "1@fra-1 1@tyo-1");
  CHECK_THAT(plan.add[1].why, Contains("from demand in other clusters"));
  CHECK(plan.add[1].benefit < plan.add[0].benefit / 2);
}

TEST_CASE("a mirror that others' demand brought stays while they go on") {
  auto world = usual_world();
  world.demands.push_back(world.wanted(1, 200, 200));
  CHECK(at(world.carry_out().add).ends_with("1@tyo-1"));
  world.pass(10min);
  const auto moves = world.carry_out();
  CHECK(moves.drop.empty());
  CHECK(moves.add.empty());
}

TEST_CASE("where nothing carries over, it is no longer expected to") {
  auto world = usual_world();
  for (std::uint64_t hour = 0; hour < 10; ++hour) {
    world.demands.push_back(world.wanted(1 + hour, 200, 200));
    for (int minute = 0; minute < 60; ++minute, world.pass(60s)) world.plan();
  }
  for (const auto& add : world.plan().add) CHECK(add.cluster == "fra");
}

TEST_CASE("an empty cluster, and one alone, expect nothing of others") {
  PlannerWorld world;
  world.demands = {world.wanted(1, 200, 200)};
  CHECK(at(world.plan().add) == "1@fra-1 1@fra-2");
  world.servers.pop_back();
  CHECK(at(world.plan().add) == "1@fra-1 1@fra-2");
}
