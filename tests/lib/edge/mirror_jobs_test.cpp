#include <catch2/catch.hpp>

#include "tests/lib/edge/hub_world.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

struct Giver {
  HubWorld world;
  std::vector<JobDone> heard;

  void give(const std::string& edge, const std::string& resource = "http://film.test/1") {
    world.hub->mirror({.resource = resource, .within_ms = 10'000}, edge,
                      [this](const JobDone& done) { heard.push_back(done); });
    world.advance(5ms);
  }
};

}  // namespace

TEST_CASE("a mirror's job goes to the edge that was named, and its giver hears what the edge says") {
  Giver giver;
  auto a = giver.world.join("a"), b = giver.world.join("b");
  giver.give("b");
  CHECK(a.link->jobs.empty());
  REQUIRE(b.link->jobs.size() == 1);
  CHECK(b.link->jobs[0].kind == Job::Kind::mirror);
  CHECK(giver.heard.empty());
  b.did(b.link->jobs[0], JobDone::Outcome::fetched, 5000);
  REQUIRE(giver.heard.size() == 1);
  CHECK(giver.heard[0].outcome == JobDone::Outcome::fetched);
  CHECK(giver.heard[0].bytes == 5000);
  b.did(b.link->jobs[0], JobDone::Outcome::fetched);
  CHECK(giver.heard.size() == 1);
}

TEST_CASE("the same resource for two edges is two jobs") {
  Giver giver;
  auto a = giver.world.join("a"), b = giver.world.join("b");
  giver.give("a");
  giver.give("b");
  CHECK(a.link->jobs.size() == 1);
  CHECK(b.link->jobs.size() == 1);
  CHECK(a.link->jobs[0].id != b.link->jobs[0].id);
}

TEST_CASE("a mirror's job ends when its edge dies, is silent, or is not here") {
  Giver giver;
  auto a = giver.world.join("a");
  SECTION("dies") {
    giver.give("a");
    a.dies();
    REQUIRE(giver.heard.size() == 1);
    CHECK(giver.heard[0].outcome == JobDone::Outcome::stopped);
    CHECK_THAT(giver.heard[0].why, Contains("edge a is gone"));
  }
  SECTION("is silent about it") {
    giver.give("a");
    for (int i = 0; i < 12; ++i) {
      a.says({});
      giver.world.advance(1s);
    }
    REQUIRE(giver.heard.size() == 1);
    CHECK(giver.heard[0].outcome == JobDone::Outcome::late);
    CHECK(giver.world.hub->edges()[0].jobs_badly == 1);
  }
  SECTION("is not here") {
    giver.give("z");
    REQUIRE(giver.heard.size() == 1);
    CHECK_THAT(giver.heard[0].why, Contains("edge z is not here"));
  }
}

TEST_CASE("one edge cannot answer for another") {
  Giver giver;
  auto a = giver.world.join("a"), b = giver.world.join("b");
  giver.give("a");
  b.did(a.link->jobs[0], JobDone::Outcome::fetched);
  CHECK(giver.heard.empty());
  CHECK(giver.world.count("harbinger_edges_doubted_total", "job") == 1);
}

TEST_CASE("an edge whose word was untrue is trusted less") {
  Giver giver;
  auto a = giver.world.join("a");
  const auto before = giver.world.hub->edges()[0].trust;
  for (int i = 0; i < 10; ++i) giver.world.hub->found("a", false);
  CHECK(giver.world.hub->edges()[0].trust < before * 0.6);
}

TEST_CASE("who listens hears the accesses that edges tell of, until it stops") {
  Giver giver;
  auto a = giver.world.join("a");
  std::vector<std::string> heard;
  auto handle = giver.world.hub->listen([&](const std::string& edge, std::span<const Fetched> accesses) {
    for (const auto& each : accesses) heard.push_back(edge + " " + each.resource);
  });
  a.served("http://film.test/1", 7);
  CHECK(heard == std::vector<std::string>{"a http://film.test/1"});
  handle.reset();
  a.served("http://film.test/2", 7);
  CHECK(heard.size() == 1);
}
