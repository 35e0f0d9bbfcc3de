// A pool meets what is promised of it, and stays within its bounds whatever happens.
#include "provision/pool_sizer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "tests/lib/provision/pool_play.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace std::chrono_literals;
using harbinger::test::Counts;
using harbinger::test::PoolPlay;

namespace {

constexpr std::size_t kDelay = 5;

PoolSizer::Settings promising(double hit_rate) { return {.step = 1s, .start = 5s, .hit_rate = hit_rate}; }

}  // namespace

TEST_CASE("a pool meets the hit rate that it is told, when clients come by chance alone") {
  for (const double promised : {0.9, 0.97, 0.99}) {
    PoolPlay play(promising(promised), kDelay);
    Counts counts;
    play.run(3000, [&](auto) { return counts.poisson(3); });
    play.judge_from_here();
    play.run(12'000, [&](auto) { return counts.poisson(3); });
    CAPTURE(promised, play.hit(), play.idle_per_served());
    CHECK(play.hit() == Approx(promised).margin(0.25 * (1 - promised)));
    CHECK(play.idle_per_served() < 3.5);
  }
}

TEST_CASE("a pool meets its hit rate over days and nights, with fewer idle instances than a constant number") {
  PoolPlay play({.step = 60s, .start = 5s, .hit_rate = 0.98}, 0);
  Counts counts;
  const auto mean = [](std::size_t minute) {
    return 40 * (1 + 0.9 * std::sin(2 * std::numbers::pi * static_cast<double>(minute) / 1440));
  };
  play.run(3 * 1440, [&](auto i) { return counts.poisson(mean(i)); });
  play.judge_from_here();
  play.run(7 * 1440, [&](auto i) { return counts.poisson(mean(i)); });
  CHECK(play.hit() == Approx(0.98).margin(0.006));
  CHECK(play.idle_per_served() < 0.25);  // with 70 at all times, it would be 0.75
}

TEST_CASE("a pool meets its hit rate when counts are scattered far") {
  PoolPlay play(promising(0.97), kDelay);
  Counts counts;
  play.run(4000, [&](auto) { return counts.scattered(4, 12); });
  play.judge_from_here();
  play.run(15'000, [&](auto) { return counts.scattered(4, 12); });
  CHECK(play.hit() == Approx(0.97).margin(0.01));
}

TEST_CASE("an order that takes many steps is reckoned with, in longer ticks") {
  PoolPlay play({.step = 1s, .start = 120s, .hit_rate = 0.95}, 120);
  Counts counts;
  play.run(6000, [&](auto) { return counts.poisson(1); });
  play.judge_from_here();
  play.run(15'000, [&](auto) { return counts.poisson(1); });
  CHECK(play.target().mean == Approx(124).epsilon(0.1));
  CHECK(play.hit() == Approx(0.95).margin(0.02));
}

TEST_CASE("the dearer a cold start, the more instances are ready") {
  double last = -1;
  for (const double cold : {0.5, 5.0, 50.0, 500.0}) {
    PoolPlay play({.step = 1s, .start = 5s, .cold_cost = cold, .idle_cost = 1}, kDelay);
    Counts counts;
    play.run(3000, [&](auto) { return counts.poisson(2); });
    CHECK(play.target().quantile > last);
    last = play.target().quantile;
  }
}

TEST_CASE("nobody comes: nothing is ready beyond the least") {
  for (const double hit_rate : {0.0, 0.99}) {
    auto settings = promising(hit_rate);
    settings.least = 2;
    PoolPlay play(settings, kDelay);
    CHECK(play.target().ready == 2);
    play.run(500, [](auto) { return 0; });
    CHECK(play.target().ready == 2);
  }
}

TEST_CASE("there are never fewer than the least nor more than the most, whatever comes") {
  auto settings = promising(0.99);
  settings.least = 3;
  settings.most = 20;
  PoolPlay play(settings, kDelay);
  for (const double count : {0.0, 1.0, 1000.0, 1e300, 0.0, 5.0})
    for (int i = 0; i < 100; ++i) {
      play.step(count);
      REQUIRE(play.target().ready >= 3);
      REQUIRE(play.target().ready <= 20);
      REQUIRE(play.target().keep >= 3);
      REQUIRE(play.target().keep <= 20);
    }
}

TEST_CASE("what is no number, or below nothing, counts as nothing") {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInfinite = std::numeric_limits<double>::infinity();
  PoolPlay play(
      {.step = 0ms, .start = -5s, .cold_cost = kNan, .idle_cost = -1, .hit_rate = kNan, .least = 9, .most = 1}, 0);
  for (int i = 0; i < 50; ++i) {
    for (const double count : {kNan, -3.0, -kInfinite}) {
      play.sizer->arrived(count, kNan);
      play.sizer->led(0, count);
      play.sizer->led(PoolSizer::kLeads, 1);
    }
    play.sizer->started(-1s);
    play.sizer->step(play.now += 1);
  }
  CHECK(play.target().ready == 9);
  play.sizer->arrived(kInfinite, kInfinite);
  play.sizer->step(play.now += 1);
  CHECK(std::isfinite(play.target().mean));
  for (const auto& term : play.sizer->explain()) CHECK(std::isfinite(term.value));
}

TEST_CASE("a flood that nobody foresaw brings panic: the pool grows by what arrives, and panic passes") {
  PoolPlay play(promising(0.95), kDelay);
  Counts counts;
  play.run(8000, [&](auto) { return counts.poisson(2); });
  CHECK_FALSE(play.target().panic);
  play.run(6, [&](auto) { return counts.poisson(40); });
  CHECK(play.target().panic);
  CHECK(play.target().ready >= 6 * 30);
  // It is over: what was ready stays, as long as there may be more of it.
  play.run(10, [&](auto) { return counts.poisson(2); });
  CHECK(play.target().panic);
  CHECK(play.target().ready >= 6 * 30);
  play.run(120, [&](auto) { return counts.poisson(2); });
  CHECK_FALSE(play.target().panic);
  CHECK(play.target().ready < 60);
}

TEST_CASE("what was used of late is kept, though less is foreseen") {
  PoolPlay play(promising(0.9), kDelay);
  play.run(2000, [](auto) { return 5; });
  CHECK(play.target().keep >= 29);
  play.step(0);
  CHECK(play.target().keep >= 25);
  play.run(60, [](auto) { return 0; });
  CHECK(play.target().keep <= 1);
}

TEST_CASE("a gap and a clock that jumps back teach nothing, and bring nobody out of step") {
  PoolPlay play(promising(0.97), kDelay);
  Counts counts;
  play.run(3000, [&](auto) { return counts.poisson(3); });
  const auto before = play.target();
  for (const UnixMillis jump : {3'600'000, -7'200'000, 0, 86'400'000}) {
    play.sizer->arrived(100'000, 0);  // of an hour, perhaps
    play.sizer->step(play.now += jump);
    CHECK(play.target().mean == Approx(before.mean).epsilon(0.5));
    CHECK(play.target().ready == Approx(before.ready).epsilon(0.5));
  }
  play.judge_from_here();
  play.run(3000, [&](auto) { return counts.poisson(3); });
  CHECK(play.hit() == Approx(0.97).margin(0.015));
}

TEST_CASE("how long instances take to start is learnt from those that did") {
  PoolPlay play(promising(0.95), kDelay);
  Counts counts;
  play.run(1000, [&](auto) { return counts.poisson(2); });
  CHECK(play.term("window, s") == Approx(6));
  const auto before = play.target();
  for (int i = 0; i < 30; ++i) play.sizer->started(20s);
  play.run(100, [&](auto) { return counts.poisson(2); });
  CHECK(play.term("window, s") == Approx(21));
  CHECK(play.target().mean > 2.5 * before.mean);
  CHECK(play.target().ready > 2 * before.ready);
}

TEST_CASE("nobody who follows, nor anybody who says that all were served, leads a pool astray") {
  // In a dry run all may be told as missed, or none.
  for (const double missed : {0.0, 1.0}) {
    auto sizer = make_pool_sizer(promising(0.97));
    VirtualPool pool(kDelay);
    Counts counts;
    double arrivals = 0, misses = 0;
    UnixMillis now = 0;
    for (int i = 0; i < 12'000; ++i) {
      const double count = counts.poisson(3), unserved = pool.take(count);
      if (i >= 4000) arrivals += count, misses += unserved;
      sizer->arrived(count, missed * count);
      sizer->step(now += 1000);
      pool.aim(sizer->target().ready, sizer->target().keep);
    }
    CHECK(1 - misses / arrivals == Approx(0.97).margin(0.01));
  }
}

TEST_CASE("what was learnt goes through octets, and what is damaged is refused") {
  for (const double hit_rate : {0.0, 0.98}) {
    PoolPlay play(promising(hit_rate), kDelay);
    Counts counts;
    play.run(1500, [&](auto) {
      if (counts.share() < 0.5) play.sizer->led(1, 2);
      return counts.poisson(4);
    });
    const auto octets = play.sizer->save();
    CHECK(octets.size() < 64 * 1024);

    const auto other = make_pool_sizer(promising(hit_rate));
    REQUIRE(other->load(octets));
    other->step(play.now);
    CHECK(other->target().mean == Approx(play.target().mean).epsilon(0.5));
    CHECK(other->target().ready == Approx(play.target().ready).epsilon(0.5));
    CHECK(other->save().size() == octets.size());

    for (const std::size_t at : {std::size_t{0}, octets.size() / 2, octets.size() - 1}) {
      auto damaged = octets;
      damaged[at] ^= 1;
      CHECK_FALSE(other->load(damaged));
    }
    CHECK_FALSE(other->load({}));
    CHECK_FALSE(other->load(std::span(octets).first(octets.size() - 9)));
    const auto slower = make_pool_sizer({.step = 60s, .hit_rate = hit_rate});
    const auto refused = slower->load(octets);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Matchers::Contains("expected 60000"));
  }
}

TEST_CASE("what was learnt of slow starts is known again after a restart") {
  PoolPlay play(promising(0.95), kDelay);
  Counts counts;
  play.run(200, [&](auto) { return counts.poisson(2); });
  for (int i = 0; i < 30; ++i) play.sizer->started(20s);
  play.run(200, [&](auto) { return counts.poisson(2); });
  PoolPlay again(promising(0.95), kDelay);
  REQUIRE(again.sizer->load(play.sizer->save()));
  CHECK(again.term("window, s") == Approx(21));
}
