#include "steer/pool.h"

#include <cmath>
#include <map>
#include <set>

#include <catch2/catch.hpp>
#include "learn/chance.h"
#include "tests/lib/steer/steer_world.h"

using namespace harbinger;
using namespace harbinger::steer;
using namespace harbinger::test;
using Catch::Matchers::Contains;
using Kind = Filter::Kind;
using Names = std::vector<std::string>;

namespace {

constexpr Place kBerlin{.latitude = 5252, .longitude = 1340}, kParis{.latitude = 4886, .longitude = 235},
    kTokyo{.latitude = 3568, .longitude = 13969};

Filter only(Kind kind) { return {.kind = kind}; }

}  // namespace

TEST_CASE("without filters all members are given, as they stand") {
  SteerWorld world;
  for (const auto* name : {"a", "b", "c"}) world.define({.name = name});
  const auto pool = world.pool({.endpoints = {"c", "a", "nobody-defined-this"}});
  CHECK(world.chosen(*pool) == Names{"c", "a"});
  world.define({.name = "nobody-defined-this"});
  world.service->catch_up();
  CHECK(world.chosen(*pool) == Names{"c", "a", "nobody-defined-this"});
}

TEST_CASE("a cluster's members follow the book") {
  SteerWorld world;
  world.define({.name = "a", .cluster = "fra"});
  const auto pool = world.pool({.clusters = {"fra"}});
  world.define({.name = "b", .cluster = "fra"});
  world.service->catch_up();
  CHECK(world.chosen(*pool) == Names{"a", "b"});
  world.defined.erase(world.defined.begin());
  world.service->catch_up();
  CHECK(world.chosen(*pool) == Names{"b"});
}

TEST_CASE("who is down is not given, and what is given instead is what `backup` says") {
  SteerWorld world;
  for (const auto* name : {"a", "b"}) world.define({.name = name});
  const auto all = world.pool({.endpoints = {"a", "b"}, .filters = {only(Kind::up)}, .backup = Backup::all});
  const auto empty = world.pool({.endpoints = {"a", "b"}, .filters = {only(Kind::up)}, .backup = Backup::empty});
  const auto random = world.pool({.endpoints = {"a", "b"}, .filters = {only(Kind::up)}, .backup = Backup::random});
  world.service->book().say_up("a", EndpointBook::Witness::probe, false, "refused");
  CHECK(world.chosen(*all) == Names{"b"});  // at once: say_up publishes
  world.service->book().say_up("b", EndpointBook::Witness::session, false, "left");
  CHECK(world.chosen(*all) == Names{"a", "b"});
  CHECK(world.choose(*all, {}).backup == 1);
  CHECK(world.chosen(*empty).empty());
  std::set<std::string> drawn;
  for (std::uint64_t client = 0; client < 64; ++client) {
    const auto one = world.chosen(*random, {.hash = client});
    REQUIRE(one.size() == 1);
    drawn.insert(one[0]);
  }
  CHECK(drawn.size() == 2);
}

TEST_CASE("load is shed from the low mark on, wholly above the high one, and steadily") {
  SteerWorld world;
  for (const auto* name : {"a", "b"}) world.define({.name = name});
  const auto pool = world.pool(
      {.endpoints = {"a", "b"},
       .filters = {{.kind = Kind::shed_load, .low = 0.5, .high = 0.9}, {.kind = Kind::select_first, .count = 1}}});
  const auto at_a = [&](double load) {
    REQUIRE(world.service->book().say_load("a", load));
    REQUIRE(world.service->book().say_load("b", 0.1));
    world.service->catch_up();
    std::set<std::uint64_t> clients;
    for (std::uint64_t client = 0; client < 1000; ++client)
      if (world.chosen(*pool, {.hash = client}) == Names{"a"}) clients.insert(client);
    return clients;
  };
  const auto calm = at_a(0.5), busy = at_a(0.7), busier = at_a(0.8);
  CHECK(calm.size() == 1000);
  CHECK(busy.size() == Approx(500).margin(60));
  CHECK(busier.size() == Approx(250).margin(60));
  CHECK(std::ranges::includes(busy, busier));
  CHECK(at_a(0.95).empty());
}

TEST_CASE("as many clients are turned away from where they would have been sent, however they are spread") {
  for (const auto kind : {Kind::weighted, Kind::sticky}) {
    CAPTURE(to_string(kind));
    SteerWorld world;
    const Names names{"a", "b", "c", "d"};
    for (const auto& name : names) world.define({.name = name});
    // Far above the load that is said, so that nobody's share moves because of its bound.
    const auto pool =
        world.pool({.endpoints = names,
                    .filters = {{.kind = Kind::shed_load, .low = 0.5, .high = 0.9}, {.kind = kind, .bound = 100}}});
    const auto at_a = [&](double load) {
      for (const auto& name : names) world.service->book().say_load(name, name == "a" ? load : 0.1);
      world.service->catch_up();
      std::size_t clients = 0;
      for (std::uint64_t client = 0; client < 4000; ++client)
        clients += world.chosen(*pool, {.hash = client}) == Names{"a"} ? 1 : 0;
      return static_cast<double>(clients);
    };
    const double all = at_a(0.4);
    CHECK(all == Approx(1000).margin(100));
    CHECK(at_a(0.7) / all == Approx(0.5).margin(0.08));
    CHECK(at_a(0.8) / all == Approx(0.25).margin(0.08));
  }
}

TEST_CASE("the least loaded is not shed, nor is one whose load nobody knows") {
  SteerWorld world;
  for (const auto* name : {"a", "b", "c"}) world.define({.name = name});
  const auto pool = world.pool({.endpoints = {"a", "b"}, .filters = {only(Kind::shed_load)}});
  world.service->book().say_load("a", 0.99);
  world.service->book().say_load("b", 0.98);
  world.service->catch_up();
  CHECK(world.chosen(*pool) == Names{"b"});
  const auto unknown = world.pool({.endpoints = {"a", "b", "c"}, .filters = {only(Kind::shed_load)}});
  CHECK(world.chosen(*unknown) == Names{"b", "c"});
  CHECK_FALSE(world.service->book().say_load("c", NAN));
  CHECK_FALSE(world.service->book().say_load("c", -1));
}

TEST_CASE("the nearest comes first, the far are left out, and who has no position stays in") {
  SteerWorld world;
  world.define({.name = "tokyo", .place = kTokyo});
  world.define({.name = "paris", .place = kParis});
  world.define({.name = "somewhere"});
  const Names all{"tokyo", "paris", "somewhere"};
  const ClientFacts berliner{.place = kBerlin};
  const auto near =
      world.pool({.endpoints = all,
                  .filters = {{.kind = Kind::geo, .within_km = 1000}, {.kind = Kind::select_first, .count = 3}}});
  CHECK(world.chosen(*near, berliner) == Names{"paris", "somewhere"});
  const auto order =
      world.pool({.endpoints = all, .filters = {only(Kind::geo), {.kind = Kind::select_first, .count = 3}}});
  CHECK(world.chosen(*order, berliner) == Names{"paris", "tokyo", "somewhere"});
  CHECK(world.chosen(*order) == all);  // a client without a place
  const auto explained = world.explain(*near, berliner);
  REQUIRE(explained.steps[0].removed.size() == 1);
  CHECK_THAT(explained.steps[0].removed[0].why, Contains("km further than paris"));
}

TEST_CASE("the fastest comes first as far as it is known, and the cheapest") {
  SteerWorld world;
  world.define({.name = "a", .cost = 3});
  world.define({.name = "b", .cost = 1});
  world.define({.name = "c"});
  const auto group = ClientGroup::of(*IpAddress::parse("198.51.100.7"));
  world.service->measured(group, "a", 20, Conditions::Source::edge);
  world.service->measured(group, "b", 80, Conditions::Source::edge);
  const Names all{"c", "b", "a"};
  const auto fast =
      world.pool({.endpoints = all, .filters = {only(Kind::latency), {.kind = Kind::select_first, .count = 3}}});
  CHECK(world.chosen(*fast, {.group = group}) == Names{"a", "b", "c"});
  CHECK(world.chosen(*fast) == all);
  const auto cheap = world.pool(
      {.endpoints = all, .filters = {{.kind = Kind::cost, .slack = 0.5}, {.kind = Kind::select_first, .count = 3}}});
  CHECK(world.chosen(*cheap) == Names{"b", "c"});
}

TEST_CASE("shares follow the weights, and a client keeps its endpoint") {
  SteerWorld world;
  world.define({.name = "one", .weight = 1});
  world.define({.name = "three", .weight = 3});
  world.define({.name = "none", .weight = 0});
  const auto pool = world.pool({.endpoints = {"one", "three", "none"}, .filters = {only(Kind::weighted)}});
  std::map<std::string, int> counts;
  for (std::uint64_t client = 0; client < 20'000; ++client) {
    const auto chosen = world.chosen(*pool, {.hash = client * 0x9e3779b97f4a7c15u});
    REQUIRE(chosen.size() == 1);
    ++counts[chosen[0]];
  }
  CHECK(counts["one"] == Approx(5000).margin(200));
  CHECK(counts["three"] == Approx(15'000).margin(200));
  CHECK(counts["none"] == 0);
}

TEST_CASE("when an endpoint goes, only its own clients move; an overfull one takes nobody new") {
  SteerWorld world;
  const Names all{"a", "b", "c", "d"};
  for (const auto& name : all) world.define({.name = name});
  const auto pool = world.pool({.endpoints = all, .filters = {only(Kind::up), {.kind = Kind::sticky, .bound = 1.5}}});
  std::vector<std::string> before;
  for (std::uint64_t client = 0; client < 2000; ++client) before.push_back(world.chosen(*pool, {.hash = client})[0]);
  world.service->book().say_up("b", EndpointBook::Witness::probe, false, "refused");
  for (std::uint64_t client = 0; client < 2000; ++client) {
    const auto now = world.chosen(*pool, {.hash = client})[0];
    CHECK(now != "b");
    if (before[client] != "b") CHECK(now == before[client]);
  }
  world.service->book().say_load("a", 0.9);
  for (const auto* name : {"c", "d"}) world.service->book().say_load(name, 0.2);
  world.service->catch_up();
  for (std::uint64_t client = 0; client < 200; ++client) CHECK(world.chosen(*pool, {.hash = client})[0] != "a");
}

TEST_CASE("contradictory filters are refused with what would be right") {
  SteerWorld world;
  const auto fault = [&](std::vector<Filter> filters, Names endpoints = {"a"}) {
    const auto made =
        world.service->make_pool({.name = "video", .endpoints = std::move(endpoints), .filters = std::move(filters)});
    return made ? std::string() : made.error().message;
  };
  CHECK_THAT(fault({}, {}), Contains("neither an endpoint nor a cluster"));
  CHECK_THAT(fault({only(Kind::up), only(Kind::up)}), Contains("twice"));
  CHECK_THAT(fault({only(Kind::weighted), only(Kind::sticky)}), Contains("not both"));
  CHECK_THAT(fault({only(Kind::select_first), only(Kind::up)}), Contains("last filter"));
  CHECK_THAT(fault({{.kind = Kind::shed_load, .low = 0.9, .high = 0.7}}), Contains("the lower first"));
  CHECK_THAT(fault({{.kind = Kind::select_first, .count = 0}}), Contains("from 1 to 6"));
  CHECK_THAT(fault({{.kind = Kind::sticky, .bound = 1}}), Contains("above 1"));
  CHECK_THAT(fault({{.kind = Kind::latency, .slack = NAN}}), Contains("0 or more"));
  CHECK(fault({only(Kind::up)}).empty());
}

TEST_CASE("what is explained is what is chosen, for any pool, endpoints and client") {
  SteerWorld world;
  learn::Chance chance(7);
  Names all;
  for (int i = 0; i < 12; ++i) {
    const auto name = "e" + std::to_string(i);
    Endpoint endpoint{.name = name, .weight = static_cast<double>(chance.below(4))};
    if (chance.below(3) != 0) endpoint.cost = static_cast<double>(chance.below(5));
    if (chance.below(3) != 0)
      endpoint.place = {.latitude = static_cast<std::int16_t>(chance.below(18'000)),
                        .longitude = static_cast<std::int16_t>(chance.below(18'000))};
    endpoint.place.latitude =
        static_cast<std::int16_t>(endpoint.place.has_position() ? endpoint.place.latitude - 9000 : Place::kNowhere);
    world.define(endpoint);
    all.push_back(name);
    if (chance.below(2) != 0) world.service->book().say_load(name, static_cast<double>(chance.below(100)) / 80);
    if (chance.below(4) == 0) world.service->book().say_up(name, EndpointBook::Witness::feed, false, "told");
  }
  const std::vector<Filter> order{only(Kind::up),    only(Kind::shed_load), only(Kind::persona),
                                  only(Kind::geo),   only(Kind::latency),   {.kind = Kind::cost, .slack = 0.5},
                                  only(Kind::sticky)};
  for (int round = 0; round < 200; ++round) {
    PoolSettings settings{.name = "p", .endpoints = {}, .backup = static_cast<Backup>(chance.below(3))};
    for (const auto& name : all)
      if (chance.below(2) != 0) settings.endpoints.push_back(name);
    if (settings.endpoints.empty()) continue;
    for (const auto& filter : order)
      if (chance.below(2) != 0) settings.filters.push_back(filter);
    const auto pool = world.service->make_pool(settings).value();
    world.service->catch_up();
    for (int i = 0; i < 10; ++i) {
      const ClientFacts client{.place = i % 2 != 0 ? kBerlin : Place{}, .hash = chance.next()};
      const auto choice = world.choose(*pool, client);
      CHECK(choice == world.explain(*pool, client).choice);
      CHECK(choice.size <= Choice::kMost);
      for (const auto& name : world.names(choice))
        CHECK(std::ranges::find(settings.endpoints, name) != settings.endpoints.end());
    }
  }
}
