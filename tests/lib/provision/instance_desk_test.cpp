// How instances are ordered, given out and given back.
#include <catch2/catch.hpp>

#include "tests/lib/provision/instance_world.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Given = InstanceDesk::Given;

TEST_CASE("an instance that is ready is given to who asks, at once, and another takes its place") {
  InstanceWorld world;
  world.target(1);
  CHECK(world.starts() == 1);
  CHECK(world.notes.front().kind == Note::Kind::ordered);
  world.start("i1");
  CHECK(world.step("i1") == "starting");
  world.probe("i1");
  CHECK(world.step("i1") == "ready");
  CHECK(world.want(7) == Given::fresh);
  CHECK(world.of_tag(7) == "i1");
  CHECK(world.changed == std::vector{InstanceWorld::wish(7)});
  CHECK(world.notes.back().kind == Note::Kind::given);
  world.pass(1s);
  CHECK(world.starts() == 2);
  CHECK(world.want(7) == Given::own);
}

TEST_CASE("who finds none ready waits, and is given the first that becomes ready") {
  InstanceWorld world;
  const auto answer = world.desk.want(InstanceWorld::wish(7), world.now);
  CHECK(answer.given == Given::waits);
  CHECK(answer.missed);
  world.take();
  CHECK(world.starts() == 1);
  CHECK(world.want(8) == Given::waits);
  CHECK(world.starts() == 2);
  CHECK(world.want(7) == Given::waits);
  CHECK(world.starts() == 2);
  world.start("i1");
  world.bring_up("i2");
  CHECK(world.of_tag(7) == "i2");
  world.probe("i1");
  CHECK(world.of_tag(8) == "i1");
}

TEST_CASE("a wish that nobody repeats is waited for no longer") {
  InstanceWorld world;
  world.want(7);
  world.pass(2min);
  CHECK(world.desk.pool(0).waiting == 0);
}

TEST_CASE("an instance that nobody wants, nor uses, drains and is stopped; answers go first") {
  InstanceWorld world;
  world.want(7);
  world.bring_up("i1");
  world.pass(4min);
  world.want(7);
  world.pass(4min);
  CHECK(world.of_tag(7) == "i1");
  world.changed.clear();
  world.pass(61s);
  CHECK(world.step("i1") == "draining");
  CHECK(world.changed == std::vector{InstanceWorld::wish(7)});
  CHECK(world.stops() == 0);
  world.pass(11s);
  CHECK(world.stops() == 1);
  CHECK(world.notes.back().kind != Note::Kind::ended);
  world.stop("i1");
  CHECK(world.step("i1") == "gone");
  CHECK(world.notes.back().kind == Note::Kind::ended);
}

TEST_CASE("who wants an instance while it drains has it back") {
  InstanceWorld world;
  world.want(7);
  world.bring_up("i1");
  world.pass(301s);
  REQUIRE(world.step("i1") == "draining");
  CHECK(world.want(7) == Given::own);
  CHECK(world.of_tag(7) == "i1");
  world.pass(20s);
  CHECK(world.of_tag(7) == "i1");
}

TEST_CASE("an instance with connections, or that computes, is used though nobody asks for it") {
  InstanceWorld world;
  world.want(7);
  world.bring_up("i1");
  SECTION("connections") { world.uses = {.connections = 1, .knows_connections = true}; }
  SECTION("computing") { world.uses.cpus = 0.5; }
  world.pass(12min);
  CHECK(world.of_tag(7) == "i1");
}

TEST_CASE("used instances go back to the pool where that is wanted, and else are never given to another") {
  auto pool = small_pool();
  const bool recycle = GENERATE(true, false);
  pool.recycle = recycle;
  InstanceWorld world({pool});
  world.want(7);
  world.bring_up("i1");
  world.pass(315s);
  CHECK(world.step("i1") == (recycle ? "ready" : "stopping"));
  CHECK(world.want(8) == (recycle ? Given::fresh : Given::waits));
  CHECK(world.of_tag(8) == (recycle ? "i1" : ""));
}

TEST_CASE("instances beyond the target are given back only when they were unused for long, and never in a panic") {
  InstanceWorld world;
  world.target(3);
  for (const auto* each : {"i1", "i2", "i3"}) world.bring_up(each);
  world.target(0, 1);
  world.pass(4min);
  CHECK(world.stops() == 0);
  world.target(0, 1, true);
  world.pass(4min);
  CHECK(world.stops() == 0);
  world.target(0, 1);
  world.pass(1s);
  CHECK(world.stops() == 2);
  CHECK(world.step("i3") == "ready");
}

TEST_CASE("budgets hold whatever is wanted") {
  Budgets budgets;
  auto pool = small_pool();
  std::size_t most = 0;
  SECTION("of all instances") { most = budgets.instances = 5; }
  SECTION("of starts in an hour") { most = budgets.starts_per_hour = 6; }
  SECTION("of a pool's starts in an hour") { most = budgets.starts_per_pool_hour = 7; }
  SECTION("of a pool") { most = pool.sizing.most = 8; }
  SECTION("of a provider") { most = budgets.instances = 50; }
  InstanceWorld world({pool}, budgets);
  world.target(90);
  for (std::uint64_t tag = 1; tag < 90; ++tag) world.want(tag);
  CHECK(world.starts() == most);
  CHECK_FALSE(world.desk.pool(0).held_back.empty());
}

TEST_CASE("an hour later there may be as many starts again") {
  Budgets budgets;
  budgets.starts_per_hour = 2;
  InstanceWorld world({small_pool()}, budgets);
  world.target(5);
  CHECK(world.starts() == 2);
  world.bring_up("i1");
  world.bring_up("i2");
  world.pass(59min, 1min);
  CHECK(world.starts() == 2);
  world.pass(1min);
  CHECK(world.starts() == 4);
}

TEST_CASE("a tag is given so many instances in an hour") {
  Budgets budgets;
  budgets.starts_per_tag_hour = 2;
  InstanceWorld world({small_pool()}, budgets);
  for (int i = 0; i < 2; ++i) {
    world.want(7);
    const auto id = "i" + std::to_string(world.ids);
    world.bring_up(id);
    REQUIRE(world.of_tag(7) == id);
    world.desk.release(id, world.now);
  }
  CHECK(world.want(7) == Given::refused);
  CHECK(world.starts() == 2);
  CHECK(world.want(8) == Given::waits);
}

TEST_CASE("a tag that is void gives its instance to the one instead of it, or back") {
  InstanceWorld world;
  world.want(7);
  world.bring_up("i1");
  world.desk.invalidate(7, 9, world.now);
  CHECK(world.of_tag(7).empty());
  CHECK(world.of_tag(9) == "i1");
  world.take();
  CHECK(world.notes.back().kind == Note::Kind::given);
  world.desk.invalidate(9, std::nullopt, world.now);
  CHECK(world.step("i1") == "draining");
  CHECK(world.want(9) == Given::waits);
  world.pass(11s);
  CHECK(world.step("i1") == "stopping");
}

TEST_CASE("a pool with a shared instance has it before anybody asks, and another when it dies") {
  auto pool = small_pool();
  pool.without = PoolSettings::Without::shared;
  InstanceWorld world({pool});
  world.pass(1s);
  CHECK(world.starts() == 1);
  world.bring_up("i1");
  CHECK(world.of_tag(kSharedTag) == "i1");
  world.pass(20min, 30s);
  CHECK(world.of_tag(kSharedTag) == "i1");
  for (int i = 0; i < 3; ++i) world.probe("i1", false);
  world.pass(1s);
  CHECK(world.starts() == 2);
  world.bring_up("i2");
  CHECK(world.of_tag(kSharedTag) == "i2");
}

TEST_CASE("halted, nothing is started, nor given back; what is ready is given") {
  InstanceWorld world;
  world.target(1);
  world.bring_up("i1");
  world.desk.halt(true);
  CHECK(world.want(7) == Given::fresh);
  CHECK(world.want(8) == Given::waits);
  world.pass(10min, 10s);
  CHECK(world.starts() == 1);
  CHECK(world.stops() == 0);
  world.desk.halt(false);
  world.want(8);
  CHECK(world.starts() >= 2);
}
