#include "mirror/planner_budget.h"

#include <catch2/catch.hpp>
#include "tests/lib/mirror/planner_world.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

TEST_CASE("what was pushed is gone from the budget until it refills") {
  PlannerWorld world;
  world.settings.push_burst_bytes = 250'000;
  world.settings.push_bytes_per_second = 1000;
  world.settings.threshold.most_mirrors = 1;
  for (const std::uint64_t resource : {1, 2, 3})
    world.demands.push_back(world.wanted(resource, 100 - double(resource), 50));
  CHECK(at(world.carry_out().add) == "1@fra-1 2@fra-1");
  world.planner->pushed(200'000, world.now);
  CHECK(world.plan().add.empty());
  world.pass(49s);
  CHECK(world.plan().add.empty());
  world.pass(1s);
  CHECK(at(world.plan().add) == "3@fra-1");
}

TEST_CASE("octets that are under way are reserved") {
  PlannerWorld world;
  world.settings.push_burst_bytes = 150'000;
  world.demands = {world.wanted(1, 50, 50), world.wanted(2, 40, 40)};
  world.publish(1, "fra-1");
  world.held[0].published = false;
  const auto plan = world.plan();
  CHECK(plan.add.empty());
  REQUIRE(plan.passed.size() == 1);
  CHECK_THAT(plan.passed[0].why, Contains("over the push budget"));
}

TEST_CASE("pushes stay within their share of what edges served in the last hour") {
  PlannerWorld world;
  world.settings.push_share = 0.1;
  world.settings.threshold.most_mirrors = 1;
  world.demands = {world.wanted(1, 100, 100), world.wanted(2, 90, 90)};
  CHECK(world.plan().add.empty());
  world.planner->served(1'500'000, world.now);
  CHECK(at(world.carry_out().add) == "1@fra-1");
  world.planner->pushed(100'000, world.now);
  world.pass(59min);
  CHECK(world.plan().add.empty());
  world.planner->served(500'000, world.now);
  CHECK(at(world.plan().add) == "2@fra-1");
  world.pass(2min);  // what was served and pushed an hour ago counts no more
  CHECK(world.plan().add.empty());
}

TEST_CASE("nothing small goes ahead of something more worthwhile that waits for the budget") {
  PlannerWorld world;
  world.settings.push_burst_bytes = 1'000'000;
  world.settings.push_bytes_per_second = 10'000;
  world.planner->plan({}, world.servers, {}, world.settings, world.now);
  world.planner->pushed(500'000, world.now);
  world.demands = {world.wanted(1, 200, 200, 900'000), world.wanted(2, 40, 40, 1000)};
  CHECK(world.plan().add.empty());
  world.pass(40s);
  CHECK(at(world.plan().add).starts_with("1@fra-1"));
}

TEST_CASE("what can never fit does not keep others waiting") {
  PlannerWorld world;
  world.settings.push_burst_bytes = 1'000'000;
  world.demands = {world.wanted(1, 200, 200, 2'000'000), world.wanted(2, 50, 40, 1000),
                   world.wanted(3, 300, 300, 65ull << 20)};
  const auto plan = world.plan();
  CHECK(at(plan.add) == "2@fra-1");
  REQUIRE(plan.passed.size() == 2);
  CHECK_THAT(plan.passed[0].why, Contains("most_bytes"));
  CHECK_THAT(plan.passed[1].why, Contains("at its fullest"));
}

TEST_CASE("a clock that jumps back refills nothing, and absurd pushes are forgiven within an hour") {
  PushBudget budget;
  MirrorSettings settings;
  settings.push_share = 0;
  settings.push_burst_bytes = 1000;
  settings.push_bytes_per_second = 1;
  MonotonicTime now{1'000'000'000'000};
  budget.begin(settings, 0, now);
  budget.pushed(1000, now);
  budget.begin(settings, 0, now - 500s);
  CHECK(budget.left() == 0);
  budget.begin(settings, 0, now);
  CHECK(budget.left() == 0);
  budget.pushed(UINT64_MAX, now);
  budget.begin(settings, 0, now);
  budget.begin(settings, 0, now + 3700s);
  CHECK(budget.left() == Approx(100));
}
