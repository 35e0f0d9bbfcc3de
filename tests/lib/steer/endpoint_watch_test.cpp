#include "steer/endpoint_watch.h"

#include <harbinger/http.h>
#include <catch2/catch.hpp>
#include "tests/lib/steer/steer_world.h"
#include "tests/support/dns_client.h"
#include "tests/support/drive.h"
#include "tests/support/process.h"

using namespace harbinger;
using namespace harbinger::steer;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

// An endpoint "a", and who looks at it: a configuration, and the one that it is replaced with.
struct House {
  SteerWorld world;
  EndpointId id = world.define({.name = "a"});
  std::shared_ptr<HttpServer> alive = HttpServer::listen(loopback(0)).value();
  SocketAddress dead = loopback(free_port());

  std::unique_ptr<EndpointWatch> look_at(const SocketAddress& address) {
    auto watch = std::make_unique<EndpointWatch>(*world.service, ClientGroup{{1, 1, 1}}, world.clock, world.metrics);
    watch->watch("a", {.address = address, .every = 20ms, .timeout = 2s});
    return watch;
  }
  bool up() { return world.service->book().state_of(id)->up; }
};

}  // namespace

TEST_CASE("an endpoint that nobody answers at is down, and stays so while it is looked at by another") {
  House house;
  auto before = house.look_at(house.dead);
  REQUIRE(wait_until([&] { return !house.up(); }));
  int ups = 0;
  const auto heard = house.world.service->on_change([&](const auto& change) { ups += change.urgent && change.up; });
  const auto behind = house.look_at(house.dead);
  before.reset();
  REQUIRE(wait_until([&] { return behind->states().front().looks >= 3; }));
  CHECK_FALSE(house.up());
  CHECK(ups == 0);
}

TEST_CASE("what is said by who does not look any more is no longer believed") {
  House house;
  const auto behind = house.look_at(house.alive->address());
  REQUIRE(wait_until([&] { return behind->states().front().looks >= 1; }));
  auto before = house.look_at(house.dead);
  REQUIRE(wait_until([&] { return !house.up(); }));
  before.reset();
  CHECK(house.up());
}

TEST_CASE("an endpoint is down while one of those who look at it says so") {
  House house;
  auto here = house.look_at(house.dead);
  REQUIRE(wait_until([&] { return !house.up(); }));
  const auto there = house.look_at(house.alive->address());
  REQUIRE(wait_until([&] { return there->states().front().looks >= 6; }));
  CHECK_FALSE(house.up());
  here.reset();
  CHECK(wait_until([&] { return house.up(); }));
}

TEST_CASE("a probe that cannot be made leaves the endpoint as it is, and is told once") {
  House house;
  RememberedLog log;
  EndpointWatch watch(*house.world.service, ClientGroup{{1, 1, 1}}, house.world.clock, house.world.metrics,
                      Logger(log, "cdn_select"));
  watch.watch("a", {.address = SocketAddress::parse("255.255.255.255:80").value(), .every = 5ms});
  REQUIRE(wait_until([&] { return watch.states().front().looks >= 20; }));
  CHECK(house.up());
  const auto state = watch.states().front();
  CHECK(state.last.kind == net::ProbeResult::Kind::unable);
  CHECK(state.failed == 0);
  CHECK(log.text().find("probe a: cannot be made here") != std::string::npos);
  CHECK(log.text().find("cannot be made") == log.text().rfind("cannot be made"));
  double counted = 0;
  for (const auto& sample : house.world.metrics.collect())
    if (sample.name == "harbinger_steer_probes_total" &&
        std::ranges::count(sample.labels, Labels::value_type{"result", "unable"}) == 1)
      counted += sample.value;
  CHECK(counted >= 20);
}
