// The engine, with instances that listen on this machine.
#include <catch2/catch.hpp>

#include "tests/lib/provision/provisioning_house.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;

TEST_CASE("a wish is given an instance that is ready, and the table tells of it before anybody hears that it changed") {
  ProvisioningHouse house;
  house.word->ready = 2;
  house.start();
  REQUIRE(house.ready(2));
  house.wish(7);
  REQUIRE(house.served(7));
  CHECK(house.cloud->port(house.instance_of(7)) == house.port_of(7));
  REQUIRE(wait_until([&] {
    const std::lock_guard guard(house.lock);
    return std::ranges::count(house.changed, Wish{7, 0}) == 1;
  }));
  CHECK(house.ready(2));
  CHECK(house.pool().hits == 1);
  CHECK(house.pool().cold == 0);
  CHECK(house.word->arrived == 1);
  CHECK(house.word->starts >= 2);
  CHECK(house.cloud->doubled == 0);
}

TEST_CASE("who finds none ready gets the waiting room, and its own instance as soon as it has started") {
  ProvisioningHouse house;
  house.cloud->boot_ms = 60;
  house.start();
  REQUIRE(wait_until([&] { return house.table.fallback(0) != nullptr; }));
  {
    CHECK(house.table.fallback(0)->kind == Assignment::Kind::waiting);
    CHECK(house.table.fallback(0)->ttl == 1s);
  }
  house.wish(7);
  CHECK(house.served(7));
  CHECK(house.pool().cold == 1);
  CHECK(house.word->missed == 1);
}

TEST_CASE("a client that proved nothing starts no machine alone, nor does a scanner") {
  ProvisioningHouse house;
  house.start();
  for (std::uint64_t tag = 1; tag <= 3000; ++tag) house.wish(tag, 1 + tag % 2, false);
  REQUIRE(wait_until([&] { return house.word->steps > 5; }));
  CHECK(house.cloud->started == 0);
  for (std::uint64_t client = 11; client <= 13; ++client) house.wish(7, client, false);
  CHECK(house.served(7));
  CHECK(house.cloud->started == 1);
}

TEST_CASE("an instance that dies is replaced, and its tag gets another") {
  ProvisioningHouse house;
  house.word->ready = 1;
  house.start();
  house.wish(7);
  REQUIRE(house.served(7));
  const auto before = house.port_of(7);
  house.cloud->kill(house.instance_of(7));
  CHECK(wait_until([&] { return house.port_of(7) != 0 && house.port_of(7) != before; }));
  CHECK(house.pool().failures == 1);
}

TEST_CASE("a provider that is full, or down, or starts what never answers, is told of, and nothing is left over") {
  ProvisioningHouse house;
  house.settings.pools[0].what.ready_within = 200ms;
  house.word->ready = 2;
  const auto mood = GENERATE(Cloud::Mood::full, Cloud::Mood::never, Cloud::Mood::down, Cloud::Mood::silent);
  house.cloud->mood = mood;
  house.start();
  REQUIRE(wait_until([&] { return !house.pool().provider_trouble.empty(); }));
  CHECK(house.pool().ready == 0);
  CHECK_FALSE(house.engine->why("small").value().verdict.empty());
  house.word->ready = 0;
  REQUIRE(wait_until([&] { return house.engine->state().instances.empty(); }));
  CHECK(house.cloud->size() == 0);
}

TEST_CASE("a slow provider holds up nobody: what is ready is given meanwhile, stops get through") {
  ProvisioningHouse house;
  house.word->ready = 1;
  house.start();
  REQUIRE(house.ready(1));
  house.cloud->call_ms = 300;
  house.word->ready = 9;
  REQUIRE(wait_until([&] { return house.pool().starting >= 8; }));
  house.wish(7);
  CHECK(house.served(7));
  const auto stopped = house.cloud->stopped.load();
  CHECK(house.engine->release(house.instance_of(7)).has_value());
  CHECK(wait_until([&] { return house.cloud->stopped > stopped; }));
  house.cloud->call_ms = 0;
  CHECK(house.cloud->doubled == 0);
}

TEST_CASE("a dry run decides and counts, and starts nothing") {
  ProvisioningHouse house;
  house.settings.mode = Mode::dry_run;
  house.word->ready = 2;
  house.start();
  REQUIRE(house.ready(2));
  house.wish(7);
  REQUIRE(wait_until([&] { return house.pool().hits == 1; }));
  CHECK(house.cloud->started == 0);
  CHECK(house.engine->state().instances.empty());
  CHECK(house.port_of(7) == 0);
  CHECK(house.table.size() == 0);
  CHECK(house.engine->ask_for(9, "small").error().code == ErrorCode::denied);
}

TEST_CASE("off or in a dry run, what runs from before is stopped; halted, it stays") {
  ProvisioningHouse house;
  house.word->ready = 2;
  house.start();
  REQUIRE(house.ready(2));
  SECTION("off") {
    house.settings.mode = Mode::off;
    house.engine.reset();
    CHECK(house.cloud->size() == 2);
    house.start();
    CHECK(wait_until([&] { return house.cloud->size() == 0; }));
  }
  SECTION("dry run") {
    house.settings.mode = Mode::dry_run;
    house.engine.reset();
    house.start();
    CHECK(wait_until([&] { return house.cloud->size() == 0; }));
  }
  SECTION("halted") {
    house.engine->halt(true);
    house.engine.reset();
    house.start();
    CHECK(house.engine->state().halted);
    REQUIRE(house.ready(2));
    house.word->ready = 5;
    const auto steps = house.word->steps.load();
    REQUIRE(wait_until([&] { return house.word->steps > steps + 3; }));
    CHECK(house.cloud->started == 2);
    house.engine->halt(false);
    CHECK(house.ready(5));
  }
}

TEST_CASE("an application is given an instance, or told why not") {
  ProvisioningHouse house;
  house.settings.budgets.instances = 2;
  house.start();
  CHECK(house.engine->ask_for(7, "large").error().message == "no pool 'large'; there are small");
  REQUIRE(wait_until([&] {
    const auto asked = house.engine->ask_for(7, "small");
    return asked && asked->step == Step::assigned;
  }));
  CHECK(house.engine->ask_for(7, "small").value().reach.port == house.port_of(7));
  REQUIRE(house.engine->ask_for(8, "small").has_value());
  const auto refused = house.engine->ask_for(9, "small");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "all pools have the 2 instances that they may");
  CHECK(house.engine->release("nobody").error().code == ErrorCode::not_found);
}

TEST_CASE("who listens hears of each step of an instance until it is gone") {
  ProvisioningHouse house;
  house.settings.pools[0].idle_after = 50ms;
  house.start();
  std::vector<std::string> heard;
  const auto handle = house.engine->on_change([&](const auto& each) {
    const std::lock_guard guard(house.lock);
    heard.push_back(std::string(to_string(each.step)));
    if (each.trouble == "it is gone") heard.emplace_back("gone");
  });
  house.wish(7);
  REQUIRE(wait_until([&] {
    const std::lock_guard guard(house.lock);
    return !heard.empty() && heard.back() == "gone";
  }));
  const std::lock_guard guard(house.lock);
  heard.erase(std::unique(heard.begin(), heard.end()), heard.end());
  CHECK(heard == std::vector<std::string>{"ordered", "starting", "ready", "assigned", "draining", "stopping", "gone"});
}

TEST_CASE("after a restart instances go on with their tags, and strangers with our mark are stopped") {
  ProvisioningHouse house;
  house.word->ready = 1;
  house.start();
  house.wish(7);
  REQUIRE(house.served(7));
  REQUIRE(house.ready(1));
  const auto port = house.port_of(7);
  house.engine.reset();
  CHECK(house.cloud->size() == 2);
  house.cloud->add("hb-nobody-knows");
  house.table.publish({}, {});
  house.start();
  CHECK(wait_until([&] { return house.port_of(7) == port; }));
  CHECK(wait_until([&] { return house.cloud->port("hb-nobody-knows") == 0; }));
  CHECK(house.cloud->started == 2);
  CHECK(house.word->ready == 1);
}

TEST_CASE("what does not outlive its engine is stopped with it") {
  ProvisioningHouse house;
  house.cloud->outlives = false;
  house.word->ready = 3;
  house.start();
  REQUIRE(house.ready(3));
  house.engine.reset();
  CHECK(house.cloud->size() == 0);
  house.word->ready = 0;
  house.start();
  CHECK(house.engine->state().instances.empty());
}

TEST_CASE("an engine says what it cannot begin with") {
  ProvisioningHouse house;
  SECTION("a provider that is not there") {
    house.settings.pools[0].what.provider = "moon";
    CHECK(house.try_start().error().message == "pool small has provider 'moon', which is not there; there are cloud");
  }
  SECTION("two pools of one name") {
    house.settings.pools.push_back(house.settings.pools[0]);
    CHECK(house.try_start().error().code == ErrorCode::conflict);
  }
  SECTION("one client that is enough") {
    house.settings.budgets.clients_without_proof = 1;
    CHECK(house.try_start().error().code == ErrorCode::malformed);
  }
  SECTION("a journal of somebody else") {
    house.start();
    const auto first = std::move(house.engine);
    CHECK(house.try_start().error().code == ErrorCode::conflict);
  }
  SECTION("a damaged journal") {
    house.scratch.write("state/instances.journal", std::string(200, 'x'));
    CHECK(house.try_start().error().code == ErrorCode::malformed);
  }
}
