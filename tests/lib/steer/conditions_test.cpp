#include "steer/conditions.h"

#include <cmath>

#include <catch2/catch.hpp>
#include "learn/chance.h"

using namespace harbinger;
using namespace harbinger::steer;
using namespace std::chrono_literals;
using Source = Conditions::Source;

namespace {

struct World {
  std::unique_ptr<Conditions> conditions = make_conditions();
  MonotonicTime now{1'000'000'000};

  static ClientGroup group(int number) {
    return ClientGroup::of(*IpAddress::parse("198.51." + std::to_string(number) + ".1"));
  }
  void measure(int client, EndpointId endpoint, double ms) {
    REQUIRE(conditions->measured(group(client), endpoint, ms, Source::edge, now));
    now = now + 10ms;
  }
  double ms(int client, EndpointId endpoint) {
    return static_cast<double>(conditions->compile(now)->row(group(client)).ms(endpoint));
  }
  void settle(int clients, EndpointId endpoint, double base) {
    for (int round = 0; round < 20; ++round)
      for (int client = 0; client < clients; ++client) measure(client, endpoint, base);
  }
};

}  // namespace

TEST_CASE("what is measured is expected, and nothing is known of what nobody measured") {
  World world;
  world.settle(1, 0, 20);
  CHECK(world.ms(0, 0) == Approx(20).epsilon(0.05));
  CHECK(std::isnan(world.ms(0, 1)));
  CHECK(std::isnan(world.ms(1, 0)));
}

TEST_CASE("two groups that are surprised in a row tell everybody") {
  World world;
  world.settle(5, 0, 20);
  world.measure(0, 0, 42);
  CHECK(world.ms(4, 0) < 25);
  world.measure(1, 0, 41);
  CHECK(world.ms(4, 0) > 30);
}

TEST_CASE("one group that is surprised twice knows it for itself") {
  World world;
  world.settle(5, 0, 20);
  world.measure(0, 0, 60);
  world.measure(0, 0, 60);
  CHECK(world.ms(0, 0) > 40);
  CHECK(world.ms(4, 0) < 26);
}

TEST_CASE("one outlier changes little") {
  World world;
  world.settle(1, 0, 20);
  world.measure(0, 0, 2000);
  CHECK(world.ms(0, 0) < 40);
}

TEST_CASE("what nobody measures any more goes back to what is usual") {
  World world;
  world.settle(1, 0, 20);
  for (int i = 0; i < 6; ++i) world.measure(0, 0, 60);
  REQUIRE(world.ms(0, 0) > 40);
  world.now = world.now + 1200s;
  CHECK(world.ms(0, 0) < 27);
}

TEST_CASE("a group of which nothing is known does as the wider one") {
  World world;
  const Place known{.country = {'D', 'E'}, .network = 3320, .city = 1},
      near{.country = {'D', 'E'}, .network = 3320, .city = 2}, far{.country = {'F', 'R'}};
  for (int i = 0; i < 5; ++i)
    REQUIRE(world.conditions->measured(ClientGroup::of(known), 0, 20, Source::browser, world.now));
  const auto table = world.conditions->compile(world.now);
  CHECK(table->row(ClientGroup::of(near)).ms(0) == Approx(20).epsilon(0.1));
  CHECK(std::isnan(table->row(ClientGroup::of(far)).ms(0)));
  CHECK(std::isnan(table->row(ClientGroup{}).ms(0)));
}

TEST_CASE("what can be no time is refused, and a loss counts as a lower bound") {
  World world;
  for (const double wrong : {double(NAN), -1.0, 0.0, 1e9, double(INFINITY)})
    CHECK_FALSE(world.conditions->measured(World::group(0), 0, wrong, Source::edge, world.now));
  CHECK_FALSE(world.conditions->measured({}, 0, 1, Source::edge, world.now));
  world.settle(1, 0, 20);
  CHECK(world.conditions->lost(World::group(0), 0, 10, Source::probe, world.now));
  CHECK(world.ms(0, 0) == Approx(20).epsilon(0.05));
  for (int i = 0; i < 2; ++i) CHECK(world.conditions->lost(World::group(0), 0, 750, Source::probe, world.now));
  CHECK(world.ms(0, 0) > 35);
}

TEST_CASE("groups are bounded, and the longest unmeasured make room") {
  World world;
  world.conditions = make_conditions({.groups = 16});
  for (int client = 0; client < 200; ++client) world.measure(client, 0, 20);
  CHECK(std::isnan(world.ms(0, 0)));
  CHECK(world.ms(199, 0) == Approx(20).epsilon(0.05));
}

TEST_CASE("a table that was handed out stays as it is") {
  World world;
  world.settle(1, 0, 20);
  const auto before = world.conditions->compile(world.now);
  for (int i = 0; i < 6; ++i) world.measure(0, 0, 60);
  CHECK(world.ms(0, 0) > 40);
  CHECK(before->row(World::group(0)).ms(0) == Approx(20).epsilon(0.05));
}

TEST_CASE("what is worth measuring is what could be chosen and is not known well") {
  World world;
  world.settle(1, 0, 20);
  world.settle(1, 1, 30);
  world.settle(1, 2, 400);
  const auto wanted = world.conditions->wanted(world.now, 10);
  REQUIRE(wanted.size() == 2);
  CHECK(wanted[0].endpoint == 0);
  CHECK(wanted[1].endpoint == 1);
}
