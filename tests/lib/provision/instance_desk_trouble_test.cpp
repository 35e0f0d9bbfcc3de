// What becomes of instances, and of who has one, when something fails.
#include <catch2/catch.hpp>

#include "tests/lib/provision/instance_world.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Given = InstanceDesk::Given;

TEST_CASE("an instance that never becomes ready is stopped, counted, and tried again after a pause") {
  InstanceWorld world;
  world.want(7);
  world.start("i1");
  for (int i = 0; i < 29; ++i) {
    world.pass(1s);
    world.want(7);
    world.probe("i1", false);
  }
  CHECK(world.step("i1") == "starting");
  world.pass(1s);
  CHECK(world.step("i1") == "failed");
  CHECK(world.stops() == 1);
  CHECK(world.desk.pool(0).counts.failures == 1);
  CHECK(world.desk.pool(0).trouble == "it was not ready within 30 s: connection refused");
  CHECK(world.starts() == 1);
  world.pass(2s);
  CHECK(world.starts() == 2);
}

TEST_CASE("an order that waits for long until somebody starts it has its whole time to become ready") {
  InstanceWorld world;
  world.target(1);
  world.pass(60s);
  world.start("i1");
  world.pass(29s);
  CHECK(world.step("i1") == "starting");
  world.pass(1s);
  CHECK(world.step("i1") == "failed");
}

TEST_CASE("pauses after failures double, and in the end one is tried at a time, with the trouble told") {
  InstanceWorld world;
  world.target(4);
  CHECK(world.starts() == 4);
  std::vector<MonotonicTime> tried;
  for (int i = 0; i < 4000 && tried.size() < 8; ++i) {
    const auto before = world.starts();
    for (const auto& act : std::exchange(world.acts, {})) {
      if (act.kind == Act::Kind::start) world.start(act.id, false);
      if (act.kind == Act::Kind::stop) world.stop(act.id);
    }
    if (before > 0) tried.push_back(world.now);
    world.pass(1s);
  }
  REQUIRE(tried.size() == 8);
  for (std::size_t i = 2; i < tried.size(); ++i)
    CHECK(tried[i] - tried[i - 1] >= std::min<Duration>(5min, (1 << (i - 1)) * 1s));
  CHECK(world.desk.pool(0).open);
  CHECK(world.desk.pool(0).trouble == "it would not");
}

TEST_CASE("a provider without capacity is asked again later, and nothing of it is left over") {
  InstanceWorld world;
  world.target(1);
  world.start("i1", false, ErrorCode::too_large);
  CHECK(world.stops() == 1);
  world.stop("i1");
  CHECK(world.desk.size() == 0);
  world.pass(2s);
  CHECK(world.starts() == 2);
}

TEST_CASE("a provider that will never do it is hardly asked again") {
  InstanceWorld world;
  world.target(1);
  world.start("i1", false, ErrorCode::denied);
  CHECK(world.desk.pool(0).open);
  world.pass(4min);
  CHECK(world.starts() == 1);
}

TEST_CASE("an instance that does not answer any more is replaced, and who had it is given another") {
  InstanceWorld world;
  world.want(7);
  world.bring_up("i1");
  world.changed.clear();
  world.probe("i1", false);
  CHECK(world.count(Act::Kind::look) == 1);
  world.probe("i1");
  for (int i = 0; i < 2; ++i) world.probe("i1", false);
  CHECK(world.of_tag(7) == "i1");
  world.probe("i1", false);
  CHECK(world.step("i1") == "failed");
  CHECK(world.of_tag(7).empty());
  CHECK(world.changed == std::vector{InstanceWorld::wish(7)});
  world.pass(2s);
  world.bring_up("i2");
  CHECK(world.of_tag(7) == "i2");
}

TEST_CASE("an instance that its provider says is gone is replaced at once") {
  InstanceWorld world;
  world.want(7);
  world.bring_up("i1");
  world.probe("i1", false);
  world.desk.looked("i1", Found{.id = "i1", .condition = Found::Condition::gone}, world.now);
  CHECK(world.step("i1") == "failed");
}

TEST_CASE("a stop that fails is tried again until the provider says that it is gone") {
  InstanceWorld world;
  world.target(1);
  world.bring_up("i1");
  world.desk.release("i1", world.now);
  world.take();
  for (unsigned i = 1; i <= 5; ++i) {
    CHECK(world.stops() == i);
    world.stop("i1", false);
    CHECK(world.step("i1") == "stopping");
    world.pass(65s);
  }
  world.stop("i1");
  CHECK(world.step("i1") == "gone");
}

TEST_CASE("there is never a second call for an instance while one is under way") {
  InstanceWorld world;
  world.target(1);
  world.desk.release("i1", world.now);
  world.take();
  CHECK(world.stops() == 0);
  world.start("i1");
  CHECK(world.step("i1") == "stopping");
  CHECK(world.stops() == 1);
}

TEST_CASE("while its provider is in trouble, a pool orders nothing") {
  InstanceWorld world;
  world.desk.provider(0, "nobody answers");
  world.target(3);
  CHECK(world.starts() == 0);
  CHECK(world.desk.pool(0).held_back == "provider there: nobody answers");
  world.desk.provider(0, "");
  world.pass(1s);
  CHECK(world.starts() == 3);
}

TEST_CASE("while the journal takes nothing, nothing is ordered nor given, and what there is stays") {
  InstanceWorld world;
  world.want(7);
  world.bring_up("i1");
  world.target(1);
  world.bring_up("i2");
  world.desk.journal("no space");
  CHECK(world.want(8) == Given::waits);
  CHECK(world.of_tag(7) == "i1");
  CHECK(world.starts() == 2);
  world.desk.journal("");
  world.pass(1s);
  CHECK(world.of_tag(8) == "i2");
}

TEST_CASE("what could not be written down is not done: no order, and nobody has what was given") {
  InstanceWorld world;
  world.target(1);
  world.bring_up("i1");
  world.want(7);
  REQUIRE(world.of_tag(7) == "i1");
  const auto given = world.notes.back();
  world.desk.journal("no space");
  world.desk.unwritten(given, world.now);
  CHECK(world.of_tag(7).empty());
  CHECK(world.step("i1") == "ready");
  world.desk.journal("");
  world.notes.clear();
  world.target(3);
  const auto ordered = world.notes;
  world.desk.journal("no space");
  for (const auto& each : ordered) world.desk.unwritten(each, world.now);
  CHECK(world.desk.size() == 1);
}

TEST_CASE("after a restart, what runs and is known goes on with its tag, what is gone is over, strangers are stopped") {
  InstanceWorld world;
  world.desk.recover({.id = "a", .tag = 7, .had_tag = true}, world.now);
  world.desk.recover({.id = "b"}, world.now);
  world.desk.recover({.id = "c", .tag = 9, .had_tag = true}, world.now);
  world.desk.recover({.id = "d", .had_tag = true}, world.now);
  world.take();
  world.now = world.now + 1s;
  world.desk.listed(0, {world.found("a"), world.found("b"), world.found("d"), world.found("x")}, world.now, world.now);
  world.take();
  CHECK(world.step("c") == "gone");
  CHECK(world.step("x") == "stopping");
  CHECK(world.step("d") == "draining");
  CHECK(world.stops() == 1);
  world.probe("a");
  world.probe("b");
  CHECK(world.of_tag(7) == "a");
  CHECK(world.of_tag(9) == "b");
  world.pass(12s);
  CHECK(world.step("d") == "stopping");
}

TEST_CASE("a shared instance from before is given back where its pool has none any more") {
  auto pool = small_pool();
  const bool shared = GENERATE(true, false);
  if (shared) pool.without = PoolSettings::Without::shared;
  InstanceWorld world({pool});
  world.desk.recover({.id = "a", .tag = kSharedTag, .had_tag = true}, world.now);
  world.now = world.now + 1s;
  world.desk.listed(0, {world.found("a")}, world.now, world.now);
  world.probe("a");
  CHECK(world.of_tag(kSharedTag) == (shared ? "a" : ""));
  world.pass(12s);
  CHECK(world.step("a") == (shared ? "assigned" : "stopping"));
}

TEST_CASE("what is left of instances that ended by themselves is stopped, whoever they were") {
  InstanceWorld world;
  const auto gone = [](const std::string& id) { return Found{.id = id, .condition = Found::Condition::gone}; };
  world.want(7);
  world.bring_up("i1");
  world.desk.recover({.id = "a", .tag = 8, .had_tag = true}, world.now);
  world.desk.recover({.id = "b", .pool = InstanceDesk::kNoPool}, world.now);
  world.now = world.now + 1s;
  // Of a name that two have, the one that lives counts.
  world.desk.listed(0, {gone("a"), gone("b"), gone("x"), world.found("i1"), gone("i1")}, world.now, world.now);
  world.take();
  CHECK(world.step("i1") == "assigned");
  for (const auto* id : {"a", "b", "x"}) {
    CHECK(world.step(id) == "stopping");
    world.stop(id);
    CHECK(world.step(id) == "gone");
  }
  CHECK(world.stops() == 3);
  world.now = world.now + 1s;
  world.desk.listed(0, {gone("i1")}, world.now, world.now);
  world.take();
  CHECK(world.step("i1") == "failed");
  CHECK(world.stops() == 4);
  // Who had them waits for others.
  CHECK(world.desk.pool(0).waiting == 2);
}

TEST_CASE("an instance that a list does not name any more is replaced, but not one that was ordered meanwhile") {
  InstanceWorld world;
  world.want(7);
  world.bring_up("i1");
  world.now = world.now + 1s;
  const auto asked = world.now;
  world.now = world.now + 1s;
  world.want(8);
  world.bring_up("i2");
  world.desk.listed(0, {}, asked, world.now);
  CHECK(world.step("i1") == "failed");
  CHECK(world.step("i2") == "assigned");
}

TEST_CASE(
    "an instance near its limits grows where its provider can, and the next are larger; one sample says nothing") {
  const bool resizes = GENERATE(true, false);
  InstanceWorld world({small_pool()}, {}, !resizes);
  world.desk.resizes(0, resizes);  // a provider may know it only once it was asked
  world.want(7);
  world.bring_up("i1");
  world.uses = {.cpus = 0.95, .memory_mb = 50};
  world.pass(14s);
  CHECK(world.desk.pool(0).next_size == Size{1, 100});
  world.pass(5s);
  CHECK(world.count(Act::Kind::resize) == (resizes ? 1U : 0U));
  CHECK(world.desk.pool(0).next_size == Size{1.5, 150});
  if (!resizes) return;
  world.desk.resized("i1", {1.5, 150}, {}, world.now);
  CHECK(world.desk.find("i1")->size == Size{1.5, 150});
}

TEST_CASE("sizes never grow beyond what the template allows, and shrink after several lives without need") {
  SizeAdviser sizes({1, 100}, {2, 120});
  for (int i = 0; i < 5; ++i) sizes.hot(sizes.next());
  CHECK(sizes.next() == Size{2, 120});
  LoadWatch cool;
  for (int i = 0; i < 20; ++i) cool.sample({.cpus = 0.1, .memory_mb = 20}, {2, 120});
  for (int i = 0; i < 4; ++i) sizes.ended(cool);
  CHECK(sizes.next() == Size{2, 120});
  sizes.ended(cool);
  CHECK(sizes.next().cpus < 2);
  for (int i = 0; i < 100; ++i) sizes.ended(cool);
  CHECK(sizes.next().cpus >= 0.25);
  CHECK(sizes.next().memory_mb >= 30);
}
