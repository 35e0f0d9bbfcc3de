#include "orchestrate/activity_door.h"

#include <algorithm>
#include <thread>

#include "tests/lib/orchestrate/acts.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

constexpr UnixMillis kNow = 1'700'000'001'000;  // as FakeClock's calendar begins

struct World {
  explicit World(ActivityDoor::Settings settings = {})
      : door(ActivityDoor::make(settings, {&clock, &keys, acts.sink(), &metrics})) {}

  ActivityFault tell(std::string_view verb, UnixMillis at, std::string_view actor = "alice",
                     std::string_view request = {}) const {
    return door->let_in(
        {.at = at, .actor = actor, .request = request, .verb = verb, .kind = "ec2", .source = "cloudtrail"});
  }
  std::uint64_t faults(ActivityFault fault) const { return door->counts().faults[static_cast<std::size_t>(fault)]; }
  double metric(std::string_view name, std::string_view result = {}) const {
    for (const auto& sample : metrics.collect())
      if (sample.name == name && (result.empty() || sample.labels == Labels{{"result", std::string(result)}}))
        return sample.value;
    return -1;
  }

  FakeClock clock;
  ActorKeys keys{Secret{7}};
  Metrics metrics;
  KeptActs acts;
  std::unique_ptr<ActivityDoor> door;
};

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("what could name somebody stays outside the door") {
  World world;
  const Need need{.kind = "machine", .machine = "t3.large", .image = "ami-1\n"};
  world.door->let_in({.at = kNow,
                      .actor = "alice@example.org",
                      .request = "e-1",
                      .verb = "DeleteObject",
                      .kind = "buckets/0123456789ab",
                      .source = "cloudtrail",
                      .scope = "alice-home",
                      .scope_is_private = true,
                      .changes = true,
                      .latency_ms = 5,
                      .asks = &need,
                      .used_cpu = 0.5F,
                      .used_memory = 7});
  world.door->let_in({.at = kNow,
                      .actor = "alice@example.org",
                      .request = "e-2",
                      .verb = "list",
                      .scope = "alice-dev",
                      .scope_is_private = true});
  world.door->let_in(
      {.at = kNow, .actor = "alice@example.org", .request = "e-3", .verb = "list", .scope = "eu-central-1"});
  world.door->flush();
  const auto seen = world.acts.seen();
  REQUIRE(seen.size() == 3);
  CHECK((seen[0].plain.actor == world.keys.key_of("alice@example.org", kNow) && seen[0].verb == "DeleteObject"));
  CHECK(seen[0].kind == "buckets/*");
  CHECK((seen[0].scope.size() == 16 && seen[0].scope.find_first_not_of("0123456789abcdef") == std::string::npos));
  CHECK((seen[0].asks == Need{.kind = "machine", .machine = "t3.large", .image = "ami-1_"}));
  CHECK((seen[0].plain.changes && seen[0].plain.latency_ms == 5 && seen[0].plain.used_cpu == 0.5F &&
         seen[0].plain.used_memory == -1));
  CHECK((seen[1].scope == "dev" && seen[2].scope == "eu-central-1"));
}

TEST_CASE("an operator may keep scopes as they are called") {
  World world({.keep_scopes = true});
  world.door->let_in({.at = kNow, .actor = "alice", .verb = "list", .scope = "alice-home", .scope_is_private = true});
  world.door->flush();
  CHECK(world.acts.seen().front().scope == "alice-home");
}

TEST_CASE("acts that come out of order within the window go on in order, and of one time as they came") {
  World world;
  for (const auto& [verb, at] : {std::pair{"a", kNow}, {"d", kNow + 3000}, {"b", kNow + 1000}, {"c", kNow + 1000}})
    CHECK(world.tell(verb, at) == ActivityFault::none);
  CHECK(world.acts.seen().empty());
  world.clock.advance(5s);
  world.door->tick();
  CHECK(world.acts.verbs() == Words{"a", "b", "c", "d"});
  CHECK(world.door->counts().late == 0);
}

TEST_CASE(
    "an act goes on once another is a window later, and one that comes too late for its place goes on all the same") {
  World world({.order = {.batch = 1}});
  world.clock.advance(20s);
  world.tell("a", kNow);
  world.tell("c", kNow + 2000);
  world.tell("z", kNow + 7500);
  CHECK(world.acts.verbs() == Words{"a", "c"});
  world.tell("b", kNow + 1000);
  CHECK(world.acts.verbs() == Words{"a", "c", "b"});
  CHECK(world.door->counts().late == 1);
  world.door->tick();
  CHECK(world.metric("harbinger_activity_late_total") == 1);
}

TEST_CASE("a clock that is ahead does not push others out of their order") {
  World world({.order = {.batch = 1}});
  world.tell("ahead", kNow + 50'000, "bob");
  world.tell("b", kNow);
  world.tell("a", kNow - 1000);
  CHECK(world.acts.seen().empty());
  world.door->flush();
  CHECK(world.acts.verbs() == Words{"a", "b", "ahead"});
}

TEST_CASE("a log that comes minutes later than another is put in order by itself") {
  World world({.order = {.batch = 1}});
  const auto tell = [&](std::string_view verb, UnixMillis at, std::string_view sensor) {
    CHECK(world.door->let_in({.at = at, .actor = "alice", .verb = verb}, sensor) == ActivityFault::none);
  };
  tell("now", kNow, "audit.log");
  tell("b", kNow - 600'000, "cloudtrail.json");
  tell("a", kNow - 601'000, "cloudtrail.json");
  CHECK(world.acts.seen().empty());
  world.door->flush("cloudtrail.json");
  CHECK(world.acts.verbs() == Words{"a", "b"});
  world.door->flush();
  CHECK(world.acts.verbs() == Words{"a", "b", "now"});
  CHECK(world.door->counts().late == 0);
}

TEST_CASE("sensors tell at once, and nothing is lost or mixed up") {
  World world({.order = {.window = 1ms}, .flood = {.per_second = 0}});
  std::vector<std::thread> sensors;
  for (int sensor = 0; sensor < 4; ++sensor)
    sensors.emplace_back([&, sensor] {
      const auto name = "sensor-" + std::to_string(sensor);
      for (int i = 0; i < 2000; ++i) {
        world.door->let_in({.at = kNow + i,
                            .actor = name,
                            .verb = name,
                            .kind = "k-" + std::string(static_cast<std::size_t>(i % 30), 'x')},
                           name);
        if (i % 100 == 0) world.door->tick();
      }
    });
  for (auto& sensor : sensors) sensor.join();
  world.door->flush();
  const auto seen = world.acts.seen();
  CHECK((seen.size() == 8000 && world.door->counts().taken == 8000));
  CHECK(std::ranges::all_of(seen, [&](const KeptAct& act) {
    const auto length = static_cast<std::size_t>((act.plain.at - kNow) % 30);
    return act.plain.actor == world.keys.key_of(act.verb, kNow) && act.kind.size() == length + 2;
  }));
}

TEST_CASE("no more acts are held back than there is room for") {
  World world({.order = {.most = 10, .batch = 1}});
  for (int i = 0; i < 100; ++i) world.tell("v", kNow + i);
  CHECK(world.acts.seen().size() == 90);
}

TEST_CASE("an act that is told twice counts once, and is one again when it was done again") {
  World world;
  CHECK(world.tell("a", kNow + 7, "alice", "e-1") == ActivityFault::none);
  CHECK(world.tell("a", kNow + 7, "alice", "e-1") == ActivityFault::repeated);
  CHECK(world.tell("a", kNow + 7, "alice", "e-2") == ActivityFault::none);
  CHECK(world.tell("a", kNow + 8, "alice", "e-1") == ActivityFault::none);
  CHECK(world.tell("b", kNow + 7, "alice", "e-1") == ActivityFault::none);
  CHECK(world.tell("a", kNow + 7, "bob", "e-1") == ActivityFault::none);
  CHECK(world.faults(ActivityFault::repeated) == 1);
  CHECK(world.metric("harbinger_activity_acts_total", "repeated") == 1);
  CHECK(world.metric("harbinger_activity_acts_total", "taken") == 5);
}

TEST_CASE("without an id, acts of one second are not taken for one") {
  World world;
  CHECK(world.tell("a", kNow) == ActivityFault::none);
  CHECK(world.tell("a", kNow) == ActivityFault::none);
  CHECK(world.tell("a", kNow + 1) == ActivityFault::none);
  CHECK(world.tell("a", kNow + 1) == ActivityFault::repeated);
}

TEST_CASE("what was told twice is forgotten after a while") {
  World world;
  CHECK(world.tell("a", kNow, "alice", "e") == ActivityFault::none);
  world.clock.advance(11min);
  CHECK(world.tell("a", kNow, "alice", "e") == ActivityFault::none);
}

TEST_CASE("acts of the future and of long ago are refused, unless a log is replayed") {
  World world;
  CHECK(world.tell("a", kNow + 59'000) == ActivityFault::none);
  CHECK(world.tell("a", kNow + 61'000) == ActivityFault::from_the_future);
  CHECK(world.tell("a", kNow - 86'399'000) == ActivityFault::none);
  CHECK(world.tell("a", kNow - 86'401'000) == ActivityFault::too_old);
  World replay({.oldest = 0ms});
  CHECK(replay.tell("a", kNow + 61'000) == ActivityFault::none);
  CHECK(replay.tell("a", 5) == ActivityFault::none);
  CHECK(replay.tell("a", -5) == ActivityFault::bad_time);
  CHECK(replay.tell("a", INT64_MAX) == ActivityFault::bad_time);
}

TEST_CASE("a reporter whose clock is wrong is read by that clock") {
  World world;
  world.door->let_in({.at = 5'000, .sent = 7'000, .actor = "alice", .verb = "click"});
  CHECK(world.door->let_in({.at = INT64_MAX, .sent = INT64_MIN, .actor = "alice", .verb = "click"}) ==
        ActivityFault::bad_time);
  world.door->flush();
  REQUIRE(world.acts.seen().size() == 1);
  CHECK(world.acts.seen().front().plain.at == kNow - 2000);
}

TEST_CASE("an actor that floods is cut, and others are not") {
  World world;
  int taken = 0;
  for (int i = 0; i < 5000; ++i)
    taken += world.tell("v", kNow + i / 1000, "flood", std::to_string(i)) == ActivityFault::none;
  CHECK(taken == 1000);
  CHECK(world.faults(ActivityFault::flood) == 4000);
  CHECK(world.tell("v", kNow, "alice") == ActivityFault::none);
  // A second later there are 200 more.
  taken = 0;
  for (int i = 0; i < 500; ++i)
    taken += world.tell("v", kNow + 1004, "flood", "s" + std::to_string(i)) == ActivityFault::none;
  CHECK((taken >= 199 && taken <= 201));
}

TEST_CASE("a backlog of an hour that is read at once is no flood") {
  World world;
  for (int i = 0; i < 36'000; ++i)
    REQUIRE(world.tell("v", kNow - 3'600'000 + 100 * i, "busy", std::to_string(i)) == ActivityFault::none);
}

TEST_CASE("an act needs an actor and a verb, and asks for no more than anybody means") {
  World world;
  CHECK(world.tell("a", kNow, "") == ActivityFault::no_actor);
  CHECK(world.tell("", kNow) == ActivityFault::shape);
  const Need huge{.kind = "machine", .count = 4'000'000'000};
  CHECK(world.door->let_in({.at = kNow, .actor = "alice", .verb = "a", .asks = &huge}) == ActivityFault::too_large);
  world.door->refuse(ActivityFault::shape);
  CHECK(world.faults(ActivityFault::shape) == 2);
}

TEST_CASE("what the engine has no room for is shed and counted") {
  FakeClock clock;
  const ActorKeys keys(Secret{7});
  Metrics metrics;
  const auto door =
      ActivityDoor::make({}, {&clock, &keys, [](std::span<const Activity> acts) { return acts.size() / 2; }, &metrics});
  for (int i = 0; i < 10; ++i) door->let_in({.actor = "alice", .verb = "a"});
  door->flush();
  CHECK((door->counts().taken == 10 && door->counts().shed == 5));
}

TEST_CASE("what there is no room for is left outside, and taken when it is told again") {
  FakeClock clock;
  const ActorKeys keys(Secret{7});
  KeptActs acts;
  std::size_t room = 3;
  const auto door = ActivityDoor::make(
      {.order = {.window = 60s}}, {.clock = &clock, .keys = &keys, .sink = acts.sink(), .room = [&] { return room; }});
  const auto tell = [&](int number) {
    const auto request = std::to_string(number);
    return door->let_in({.actor = "alice", .request = request, .verb = "a"});
  };
  for (int i = 0; i < 3; ++i) CHECK(tell(i) == ActivityFault::none);
  CHECK(door->room() == 0);  // they are held back, and will want their places
  CHECK(tell(3) == ActivityFault::shed);
  CHECK(tell(0) == ActivityFault::shed);
  door->flush();
  CHECK(door->room() == 3);
  CHECK(tell(3) == ActivityFault::none);
  CHECK(tell(0) == ActivityFault::repeated);
  room = 0;
  door->flush();
  CHECK((door->room() == 0 && acts.seen().size() == 4));
  CHECK((door->counts().shed == 0 && door->counts().faults[static_cast<std::size_t>(ActivityFault::shed)] == 2));
}

TEST_CASE("acts that are held back go on when the door is closed") {
  KeptActs acts;
  FakeClock clock;
  const ActorKeys keys(Secret{7});
  ActivityDoor::make({}, {&clock, &keys, acts.sink()})->let_in({.actor = "alice", .verb = "a"});
  CHECK(acts.seen().size() == 1);
}

TEST_CASE("sixteen thousand acts in any order come out in order with their own texts and needs") {
  World world({.order = {.window = 60s, .most = 20'000}, .flood = {.per_second = 0}, .oldest = 0ms});
  std::vector<int> order(16'000);
  for (int i = 0; i < 16'000; ++i) order[static_cast<std::size_t>(i)] = (i * 7919) % 16'000;
  for (const int i : order) {
    const Need need{.kind = "machine", .machine = "m" + std::to_string(i), .count = 2};
    const auto verb = "some-verb-" + std::to_string(i);
    REQUIRE(
        world.door->let_in({.at = kNow + i, .actor = "alice", .verb = verb, .asks = i % 3 == 0 ? &need : nullptr}) ==
        ActivityFault::none);
  }
  world.door->flush();
  const auto seen = world.acts.seen();
  REQUIRE(seen.size() == 16'000);
  bool right = true;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    right = right && seen[i].verb == "some-verb-" + std::to_string(i) && seen[i].asks.has_value() == (i % 3 == 0);
    if (seen[i].asks) right = right && seen[i].asks->machine == "m" + std::to_string(i);
  }
  CHECK(right);
}
