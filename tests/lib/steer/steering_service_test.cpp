#include "steer/steering_service.h"

#include <catch2/catch.hpp>
#include "tests/lib/steer/steer_world.h"

using namespace harbinger;
using namespace harbinger::steer;
using namespace harbinger::test;

TEST_CASE("when say_up returns, choices follow it and listeners have heard") {
  SteerWorld world;
  const auto id = world.define({.name = "a"});
  std::vector<std::pair<EndpointId, bool>> heard;
  const auto handle = world.service->on_change([&](const EndpointBook::Change& change) {
    heard.emplace_back(change.endpoint, change.up);
    world.service->look([&](const StateTable& states) { CHECK(states.line(change.endpoint).up == change.up); });
  });
  world.service->book().say_up("a", EndpointBook::Witness::probe, false, "refused");
  CHECK(heard == std::vector{std::pair{id, false}});
  world.service->book().say_up("a", EndpointBook::Witness::probe, true, "ok");
  CHECK(heard.size() == 2);
}

TEST_CASE("there is one service for a clock, and another for another") {
  SteerWorld world, other;
  CHECK(SteeringService::shared({&world.clock, &world.metrics, {}}) == world.service);
  CHECK(world.service != other.service);
}

TEST_CASE("measurements are learnt, and those that can be none are counted") {
  SteerWorld world;
  const auto id = world.define({.name = "a"});
  const auto group = ClientGroup::of(*IpAddress::parse("198.51.100.1"));
  CHECK(world.service->measured(group, "a", 12, Conditions::Source::browser));
  CHECK_FALSE(world.service->measured(group, "nobody", 12, Conditions::Source::browser));
  CHECK_FALSE(world.service->measured(group, "a", -1, Conditions::Source::browser));
  world.service->catch_up();
  world.service->look([&](const StateTable& states) { CHECK(states.ways(group).ms(id) == Approx(12)); });
  CHECK(world.service->explain(group, id).base_ms == Approx(12));
}

TEST_CASE("a pool's number is free again when the pool is gone") {
  SteerWorld world;
  world.define({.name = "a"});
  auto one = world.pool({.endpoints = {"a"}});
  const auto two = world.pool({.endpoints = {"a"}});
  CHECK(one->number() != two->number());
  const auto number = one->number();
  one.reset();
  CHECK(world.pool({.endpoints = {"a"}})->number() == number);
}
