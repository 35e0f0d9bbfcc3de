#include <catch2/catch.hpp>

#include <map>

#include "learn/refresher.h"

using namespace harbinger;
using namespace std::chrono_literals;

namespace {

using Began = Foresight::Began;

// Time, one record that is asked for every 20 s and lives for 60 s, and a resolver that answers when told to.
struct Scene {
  Refresher refresher{RefreshPlanner::Settings{}};
  MonotonicTime now{1'000'000'000'000};
  std::vector<Foresight::Ahead> resolved;
  std::vector<std::function<void(const Foresight::Resolved&)>> open;
  Began answer = Began::yes;

  UnixMillis calendar() const { return 1'700'000'000'000 + now.ns / 1'000'000; }
  Foresight::Resolver resolver(std::size_t specific = 1) {
    return {[specific](std::string_view name) { return name.ends_with("example") ? specific : 0; },
            [this](const Foresight::Ahead& what, std::function<void(const Foresight::Resolved&)> done) {
              resolved.push_back(what);
              if (answer == Began::yes) open.push_back(std::move(done));
              return answer;
            }};
  }
  void finish_all(Foresight::Resolved how = {Foresight::Resolved::Outcome::kept, 60}) {
    const auto all = std::exchange(open, {});
    for (const auto& done : all) done(how);
  }
  void asks(std::string_view name, std::uint32_t ttl, Outcome outcome, std::uint8_t variant = 0) {
    Access access;
    access.at = calendar();
    access.client = 1;
    access.resource = name;
    access.type = 1;
    access.ttl_s = ttl;
    access.outcome = outcome;
    access.latency_us = 20'000;
    refresher.asked(access, variant);
  }
  // A client that asks every `pause`, through a cache that keeps for `ttl`, until `end`.
  void live(std::string_view name, Duration pause, std::uint32_t ttl, Duration end, bool finish = true) {
    MonotonicTime expires = now, next = now;
    for (const auto stop = now + end; now < stop; now = now + 100ms) {
      if (now >= next) {
        const bool kept = now < expires;
        if (!kept) expires = now + std::chrono::seconds(ttl);
        asks(name, static_cast<std::uint32_t>((expires - now).count() / 1'000'000'000),
             kept ? Outcome::from_cache : Outcome::served, 5);
        next = next + pause;
      }
      const auto before = resolved.size();
      refresher.tend(now, calendar());
      if (finish && resolved.size() > before) {
        finish_all({Foresight::Resolved::Outcome::kept, ttl});
        expires = now + std::chrono::seconds(ttl);
      }
    }
  }
};

}  // namespace

TEST_CASE("a name that is asked for steadily is resolved ahead, as it was asked for") {
  Scene scene;
  const auto handle = scene.refresher.add(scene.resolver());
  scene.live("www.example", 20s, 60, 2h);
  REQUIRE(scene.resolved.size() > 10);
  CHECK(scene.resolved.back().name == "www.example");
  CHECK(scene.resolved.back().type == 1);
  CHECK(scene.resolved.back().variant == 5);
  const auto counts = scene.refresher.counts();
  CHECK(counts.started == scene.resolved.size());
  CHECK(counts.useful > counts.wasted);
}

TEST_CASE("nothing is resolved that nobody covers, and the handle's end is the resolver's") {
  Scene scene;
  auto handle = scene.refresher.add(scene.resolver());
  scene.live("www.elsewhere", 20s, 60, 2h);
  CHECK(scene.resolved.empty());
  handle.reset();
  scene.live("www.example", 20s, 60, 2h);
  CHECK(scene.resolved.empty());
}

TEST_CASE("the most specific resolver gets a name, of equals the newest") {
  Scene scene, narrow, newer;
  const auto wide = scene.refresher.add(scene.resolver(1));
  const auto old = scene.refresher.add(narrow.resolver(2));
  const auto latest = scene.refresher.add(newer.resolver(2));
  scene.live("www.example", 20s, 60, 2h, false);
  CHECK(scene.resolved.empty());
  CHECK(narrow.resolved.empty());
  CHECK_FALSE(newer.resolved.empty());
}

TEST_CASE("one flight per record: it is not begun again before its end") {
  Scene scene;
  const auto handle = scene.refresher.add(scene.resolver());
  scene.live("www.example", 20s, 60, 2h, false);
  CHECK(scene.resolved.size() == 1);
}

TEST_CASE("who asks while a resolution is under way is counted late") {
  Scene scene;
  const auto handle = scene.refresher.add(scene.resolver());
  scene.live("www.example", 20s, 60, 2h, false);
  REQUIRE(scene.resolved.size() == 1);
  const auto before = scene.refresher.counts().late;
  scene.asks("www.example", 0, Outcome::served);
  CHECK(scene.refresher.counts().late == before + 1);
}

TEST_CASE("a record whose answers are of no use to others is not tried again") {
  Scene scene;
  const auto handle = scene.refresher.add(scene.resolver());
  for (int i = 0; i < 50; ++i) {
    scene.live("www.example", 20s, 60, 5min, false);
    scene.finish_all({Foresight::Resolved::Outcome::pointless, 0});
  }
  CHECK(scene.resolved.size() == 1);
}

TEST_CASE("what a budget stands against is counted and given up") {
  Scene scene;
  scene.answer = Began::throttled;
  const auto handle = scene.refresher.add(scene.resolver());
  scene.live("www.example", 20s, 60, 2h, false);
  CHECK(scene.refresher.counts().throttled > 0);
  CHECK(scene.refresher.counts().started == 0);
  CHECK(scene.refresher.queue().in_flight == 0);
}
