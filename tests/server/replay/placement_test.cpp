// Caches, bound and world of the placement replay, on feeds small enough to be worked out by hand.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "server/replay/placement_cache.h"
#include "server/replay/placement_placers.h"
#include "server/replay/placement_replay.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::replay;
using namespace harbinger::test;
using Catch::Matchers::Contains;

namespace {

// One cluster, a want a second, all things of ten octets.
PlacementFeed feed_of(const std::vector<std::uint32_t>& wants, std::size_t things) {
  PlacementFeed feed{.name = "by hand", .clusters = 1};
  feed.bytes.assign(things, 10);
  for (const auto resource : wants)
    feed.wants.push_back({.at = static_cast<std::int64_t>(feed.wants.size()) * 1000, .resource = resource});
  return feed;
}

PlacementWorld world_with(double cache_part) {
  PlacementWorld world;
  world.cache_part = cache_part;
  world.interval_ms = 2000;
  world.delay_ms = 1000;
  world.horizon_ms = 4000;
  return world;
}

std::string held(const LocalCache& cache, std::uint32_t things) {
  std::string text;
  for (std::uint32_t i = 0; i < things; ++i)
    if (cache.has(i)) text += char('a' + i);
  return text;
}

// Mirrors one thing from its first plan to its third.
class OneMirror final : public Placer {
 public:
  explicit OneMirror(std::uint32_t resource) : spot_{resource, 0} {}
  void heard(const Want&) override {}
  Moves plan(std::int64_t, const Mirrors&) override {
    ++plans_;
    if (plans_ == 1) return {.add = {spot_}, .drop = {}};
    return {.add = {}, .drop = plans_ == 3 ? std::vector{spot_} : std::vector<Spot>{}};
  }
  void pushed(std::uint64_t octets, std::int64_t) override { pushed_ += octets; }
  std::uint64_t pushed_ = 0;

 private:
  Spot spot_;
  int plans_ = 0;
};

}  // namespace

TEST_CASE("LRU lets the least recently used go, SIEVE spares once what was used") {
  const std::vector<std::uint32_t> bytes(6, 10);
  for (const bool lru : {true, false}) {
    const auto cache = lru ? make_lru(bytes) : make_sieve(bytes);
    cache->resize(30);
    for (const std::uint32_t i : {0, 1, 2}) cache->insert(i);
    cache->used(0);
    cache->insert(3);
    CHECK(held(*cache, 6) == "acd");
    cache->insert(4);
    CHECK(held(*cache, 6) == (lru ? "ade" : "ade"));
    cache->insert(5);
    CHECK(held(*cache, 6) == (lru ? "def" : "aef"));  // the hand has passed a, and goes on from there
    cache->resize(10);
    CHECK(held(*cache, 6).size() == 1);
  }
}

TEST_CASE("a cache keeps nothing larger than itself, and forgets what it is told to") {
  const std::vector<std::uint32_t> bytes{10, 40, 10};
  const auto cache = make_sieve(bytes);
  cache->resize(30);
  cache->insert(0);
  cache->insert(1);
  cache->insert(2);
  CHECK(held(*cache, 3) == "ac");
  cache->erase(0);
  CHECK(held(*cache, 3) == "c");
}

TEST_CASE("no cache misses less than the bound") {
  const auto feed = flash_crowd(5);
  PlacementWorld world;
  const auto bound = offline_bound(feed, world.capacity(feed), 0);
  for (const bool lru : {false, true}) {
    world.lru = lru;
    const auto report = run_placement(feed, world, nullptr);
    CHECK(report.missed_octets >= bound.missed_octets);
    CHECK(report.missed_requests >= bound.missed_requests);
  }
  CHECK(bound.missed_octets > 0);
}

TEST_CASE("the bound, by hand") {
  // room for one thing, over six wants: 60; a stays 1, 1, and 3 wants long, so the two short stays and not the long one fit beside b's 3
  const auto feed = feed_of({0, 0, 0, 1, 2, 0}, 3);
  const auto bound = offline_bound(feed, {10}, 0);
  CHECK(bound.missed_requests == 3);  // 10 + 10 + 30 of 60: all three of a's come to hit
  CHECK(offline_bound(feed, {5}, 0).missed_requests == 4);
  CHECK(offline_bound(feed, {0}, 0).missed_octets == 60);
  CHECK(offline_bound(feed, {10}, 3).missed_requests == 2);
}

TEST_CASE("a mirror answers from its publication on, keeps its place, and is paid for once") {
  const auto feed = feed_of({0, 1, 2, 5, 3, 5, 4, 5, 1, 5}, 6);
  const auto world = world_with(0.5);  // room for three
  OneMirror placer(5);
  const auto report = run_placement(feed, world, &placer);
  CHECK(placer.pushed_ == 10);
  CHECK(report.pushed_octets == 10);
  CHECK(report.mirror_requests == 2);  // planned at 2 s, there at 3 s, withdrawn at 6 s
  CHECK(report.mirrors == 1);
  CHECK(report.false_mirrors == 0);
  CHECK(report.late == 0);
}

TEST_CASE("a mirror nobody asks for is false, and a request that comes before it is late") {
  const auto world = world_with(0.5);
  OneMirror nobody(5);
  CHECK(run_placement(feed_of({0, 1, 2, 3, 4, 0, 1, 2}, 6), world, &nobody).false_mirrors == 1);
  OneMirror soon(5);
  const auto report = run_placement(feed_of({0, 1, 5, 5, 5, 5, 1, 2}, 6), world, &soon);
  CHECK(report.late == 1);
  CHECK(report.pushed_octets == 0);  // the client who was too early had it fetched
}

TEST_CASE("a flash crowd is mirrored before nine in ten of its requests come", "[long]") {
  PlacementReplay replay;
  replay.world.cache_part = 0.25;
  REQUIRE(set_placement("publish=60,withdraw=20", replay));
  const auto results = replay_placement(flash_crowd(9), replay, [](std::string_view) {});
  const auto& ours = *results.of("harbinger");
  CHECK(ours.flash > 10'000);
  CHECK(static_cast<double>(ours.flash_in_time) > 0.9 * static_cast<double>(ours.flash));
  CHECK(static_cast<double>(ours.pushed_octets) < 0.1 * static_cast<double>(ours.octets));
  const auto json = nlohmann::json::parse(to_json(results));
  CHECK(json["placement"]["clairvoyant"]["mirrors"] > 0);
  CHECK_THAT(to_table(results), Contains("harbinger_series"));
}

TEST_CASE("keys of a file become wants in their order, and what is none is told") {
  const Scratch scratch;
  const auto little = scratch.write("little", std::string("\1\0\0\0\2\0\0\0\1\0\0\0\7", 13)).string();
  const auto feed = read_keys(little, "keys-i32le");
  REQUIRE(feed);
  REQUIRE(feed->wants.size() == 3);
  CHECK(feed->wants[0].resource == feed->wants[2].resource);
  CHECK(feed->bytes.size() == 2);
  CHECK_THAT(read_keys(scratch.write("short", "abc").string(), "keys-i64be").error().message, Contains("whole key"));
}

TEST_CASE("settings of the placement replay say what they take") {
  PlacementReplay replay;
  CHECK(set_placement("publish=2,delay=5", replay));
  CHECK(replay.world.delay_ms == 5000);
  CHECK_THAT(set_placement("publsh=2", replay).error().message, Contains("publsh") && Contains("publish"));
  CHECK_THAT(set_placement("share=2", replay).error().message, Contains("expected a number from"));
  CHECK_FALSE(set_placement("share=nan", replay));
  CHECK_FALSE(set_placement("share", replay));
}
