#include "orchestrate/activity_follower.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "tests/lib/orchestrate/acts.h"
#include "tests/support/peers.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

std::string line(const std::string& verb, const std::string& id) {
  return R"({"actor":"alice","verb":")" + verb + R"(","request":")" + id + "\"}\n";
}

struct World {
  World() { door = ActivityDoor::make({.order = {.window = 0ms}}, {&system_clock(), &keys, acts.sink(), &metrics}); }

  std::unique_ptr<ActivityFollower> follow(std::string format = "json", std::string mapping = {}) {
    ActivityFollower::Settings settings;
    settings.tail.file = scratch / "log";
    settings.tail.place = scratch / "place";
    settings.tail.from_start = true;
    settings.tail.linger = 20ms;
    settings.format = std::move(format);
    settings.mapping = std::move(mapping);
    settings.every = 5ms;
    return ActivityFollower::follow(std::move(settings), {door.get(), &system_clock(), &metrics}).value();
  }
  void append(std::string_view text, const char* name = "log") const {
    std::ofstream(scratch / name, std::ios::app) << text;
  }
  bool heard(std::size_t acts_so_far) const {
    return wait_until([&] { return acts.seen().size() >= acts_so_far; });
  }
  double lines(const std::string& result) const {
    for (const auto& sample : metrics.collect())
      if (sample.name == "harbinger_activity_lines_total" &&
          std::ranges::count(sample.labels, std::pair<std::string, std::string>("result", result)) == 1)
        return sample.value;
    return -1;
  }

  Scratch scratch;
  ActorKeys keys{Secret{7}};
  Metrics metrics;
  KeptActs acts;
  std::unique_ptr<ActivityDoor> door;
};

}  // namespace

TEST_CASE("a log of activity is followed through rotation, and lines that are cut are told once they are whole") {
  World world;
  const auto follower = world.follow();
  world.append(line("a", "1") + line("b", "2").substr(0, 10));
  REQUIRE(world.heard(1));
  world.append(line("b", "2").substr(10));
  REQUIRE(world.heard(2));
  std::filesystem::rename(world.scratch / "log", world.scratch / "log.1");
  world.append(line("c", "3"), "log.1");
  world.append(line("d", "4"));
  REQUIRE(world.heard(4));
  CHECK(world.acts.verbs() == Words{"a", "b", "c", "d"});
}

TEST_CASE("a log waits while there is no room, also when it is rotated meanwhile") {
  World world;
  std::atomic<std::size_t> room = 1'000'000;
  world.door = ActivityDoor::make(
      {.order = {.window = 0ms}},
      {.clock = &system_clock(), .keys = &world.keys, .sink = world.acts.sink(), .room = [&] { return room.load(); }});
  const auto follower = world.follow();
  world.append(line("a", "1"));
  REQUIRE(world.heard(1));
  room = 0;
  world.append(line("b", "2"));
  std::this_thread::sleep_for(50ms);
  std::filesystem::rename(world.scratch / "log", world.scratch / "log.1");
  world.append(line("c", "3"));
  std::this_thread::sleep_for(50ms);
  CHECK(world.acts.seen().size() == 1);
  room = 1'000'000;
  REQUIRE(world.heard(3));
  CHECK(world.acts.verbs() == Words{"a", "b", "c"});
}

TEST_CASE("a log goes on after a restart where it was, and what is told again counts once") {
  World world;
  {
    const auto follower = world.follow();
    world.append(line("a", "1"));
    REQUIRE(world.heard(1));
  }
  world.append(line("b", "2"));
  {
    const auto follower = world.follow();
    REQUIRE(world.heard(2));
  }
  CHECK(world.acts.verbs() == Words{"a", "b"});
  // As after a crash, before the place was written.
  std::filesystem::remove(world.scratch / "place");
  {
    const auto follower = world.follow();
  }
  CHECK(world.acts.seen().size() == 2);
  world.door->flush();
}

TEST_CASE("lines are counted by what became of them") {
  World world;
  {
    const auto follower = world.follow("kubernetes-audit");
    world.append(
        "{\"half\":\n"
        R"({"kind":"Event","stage":"RequestReceived","verb":"get"})"
        "\n");
    REQUIRE(wait_until([&] { return world.lines("refused") == 1 && world.lines("nothing") == 1; }));
  }
  CHECK(world.lines("taken") == 0);
  CHECK(world.door->counts().faults[static_cast<std::size_t>(ActivityFault::shape)] == 1);
}

TEST_CASE("a log in a format that nobody knows is not followed") {
  World world;
  ActivityFollower::Settings settings;
  settings.format = "syslog";
  const auto follower =
      ActivityFollower::follow(std::move(settings), {world.door.get(), &system_clock(), &world.metrics});
  REQUIRE(!follower);
  CHECK(follower.error().code == ErrorCode::unknown);
}
