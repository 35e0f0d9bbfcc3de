#include <harbinger/demand.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace std::chrono_literals;
using Horizon = DemandForecast::Horizon;

namespace {

constexpr UnixMillis kStart = 1'700'006'400'000;  // a midnight
constexpr UnixMillis kMinute = 60'000, kHour = 60 * kMinute;

// Counts by chance around a mean, the same every time.
struct Chance {
  std::mt19937 numbers{11};  // NOLINT(cert-msc51-cpp)
  double count(double mean) { return mean <= 0 ? 0 : std::poisson_distribution<int>(mean)(numbers); }
};

// A mean that goes up and down with the day, between 0.2 and 1.8 of the usual.
double rhythm(UnixMillis at) {
  return 1 + 0.8 * std::sin(2 * std::numbers::pi * static_cast<double>(at % (24 * kHour)) / (24.0 * kHour));
}

double relative(double a, double b) { return std::abs(a - b) / b; }

}  // namespace

TEST_CASE("what came evenly is expected evenly, and nine in ten counts lie below the 0.9 quantile") {
  DemandForecast demand({.interval = 60s, .series = 10});
  const auto film = demand.series(1, 1);
  Chance chance;
  int below = 0, counted = 0;
  for (int i = 0; i < 5000; ++i) {
    const auto said = demand.forecast(film, Horizon::next);
    const auto came = chance.count(40);
    demand.add(film, came);
    demand.step(kStart + i * kMinute);
    if (i < 1000) continue;
    below += came <= static_cast<double>(said.q90);
    ++counted;
  }
  const auto said = demand.forecast(film, Horizon::later);
  CHECK(relative(static_cast<double>(said.mean), 40) < 0.15);
  CHECK(said.q50 <= said.q90);
  CHECK(said.q90 <= said.q99);
  CHECK(std::abs(static_cast<double>(below) / counted - 0.9) < 0.03);
  CHECK(std::abs(demand.accuracy(Horizon::next).covered90 - 0.9) < 0.03);
}

TEST_CASE("a daily rhythm is learnt: an hour ahead of the peak more is expected than came of late") {
  DemandForecast demand({.interval = 1h, .series = 10});
  const auto film = demand.series(1, 1);
  for (int i = 0; i < 24 * 10; ++i) {
    demand.add(film, 100 * rhythm(kStart + i * kHour - kHour / 2));
    demand.step(kStart + i * kHour);
  }
  // It is midnight, and the peak is at six.
  const auto six_ahead = demand.forecast(film, Horizon::soon);
  CHECK(relative(static_cast<double>(six_ahead.q50), 100 * rhythm(kStart + 5 * kHour + kHour / 2)) < 0.2);
  CHECK(demand.accuracy(Horizon::soon).error <
        0.5 * demand.accuracy(Horizon::soon).ways[static_cast<std::size_t>(DemandForecast::Way::last)]);
}

TEST_CASE("a resource that is new borrows the rhythm of its cluster") {
  DemandForecast demand({.interval = 1h, .series = 100});
  const auto step = [&](int i, std::optional<DemandForecast::Series> young) {
    const auto at = kStart + i * kHour;
    for (std::uint64_t old = 1; old <= 20; ++old) demand.add(demand.series(old, 1), 50 * rhythm(at - kHour / 2));
    if (young) demand.add(*young, 10 * rhythm(at - kHour / 2));
    demand.step(at);
  };
  int i = 0;
  for (; i < 24 * 14 + 2; ++i) step(i, std::nullopt);
  const auto young = demand.series(99, 1), stranger = demand.series(99, 2);
  for (; i < 24 * 14 + 5; ++i) {
    demand.add(stranger, 10 * rhythm(kStart + i * kHour - kHour / 2));
    step(i, young);
  }
  // Six hours on, past the peak: the one that knows the cluster is nearer than the one in a cluster of its own.
  const auto truth = 10 * rhythm(kStart + (i - 1 + 12) * kHour - kHour / 2);
  const auto off = [&](DemandForecast::Series series) {
    return std::abs(static_cast<double>(demand.forecast(series, Horizon::later).q50) - truth);
  };
  CHECK(off(young) < off(stranger));
}

TEST_CASE("an event that is told lifts what is expected, and what such events came to is learnt") {
  DemandForecast demand({.interval = 60s, .series = 10});
  const auto film = demand.series(1, 1), other = demand.series(2, 1);
  UnixMillis now = kStart;
  const auto pass = [&](int minutes, double mean) {
    for (int i = 0; i < minutes; ++i) {
      demand.add(film, mean);
      demand.add(other, 20);
      demand.step(now += kMinute);
    }
  };
  pass(60, 20);
  for (int round = 0; round < 2; ++round) {
    const auto event = demand.expect({"premiere", now + 5 * kMinute, 8, 30min});
    demand.concerns(event, film);
    if (round == 0) {
      CHECK(relative(static_cast<double>(demand.forecast(film, Horizon::soon).mean), 160) < 0.1);
      CHECK(demand.forecast(film, Horizon::next).mean < 25);  // it has not begun
      CHECK(demand.forecast(other, Horizon::soon).mean < 25);
    }
    pass(5, 20);
    pass(30, 80);
    pass(60, 20);
    CHECK(relative(static_cast<double>(demand.forecast(film, Horizon::next).mean), 20) < 0.15);
  }
  CHECK(std::abs(demand.correction("premiere") - 0.5) < 0.06);
  CHECK(demand.correction("sale") == 1);
  const auto event = demand.expect({"premiere", now + 5 * kMinute, 8, 30min});
  demand.concerns(event, film);
  CHECK(relative(static_cast<double>(demand.forecast(film, Horizon::soon).mean), 80) < 0.2);
}

TEST_CASE("a burst is seen within three intervals, and an even series raises no alarm in a month of minutes") {
  DemandForecast demand({.interval = 60s, .series = 10});
  const auto film = demand.series(1, 1);
  Chance chance;
  UnixMillis now = kStart;
  int alarms = 0;
  for (int i = 0; i < 30 * 24 * 60; ++i) {
    demand.add(film, chance.count(5));
    demand.step(now += kMinute);
    alarms += demand.bursts(film);
  }
  CHECK(alarms == 0);
  int waited = 0;
  while (!demand.bursts(film) && waited < 10) {
    demand.add(film, chance.count(40));
    demand.step(now += kMinute);
    ++waited;
  }
  CHECK(waited <= 3);
}

TEST_CASE("numbers that are none change nothing, and a clock that jumps does not spoil what was learnt") {
  DemandForecast demand({.interval = 60s, .series = 10});
  const auto film = demand.series(1, 1);
  for (int i = 0; i < 100; ++i) {
    demand.add(film, 30);
    demand.step(kStart + i * kMinute);
  }
  for (const double none : {std::numeric_limits<double>::quiet_NaN(), -5.0, -std::numeric_limits<double>::infinity()})
    demand.add(film, none);
  demand.add(film, 30);
  demand.step(kStart - 365 * 24 * kHour);
  CHECK(relative(static_cast<double>(demand.forecast(film, Horizon::next).mean), 30) < 0.2);
  demand.add(film, std::numeric_limits<double>::infinity());
  demand.step(std::numeric_limits<UnixMillis>::max() / 4);
  for (auto each : {Horizon::next, Horizon::soon, Horizon::later})
    CHECK(std::isfinite(demand.forecast(film, each).q99));
  CHECK(demand.expect({"bad", kStart, std::numeric_limits<double>::quiet_NaN(), 1h}) == 0);
  CHECK(demand.expect({"bad", kStart, -1, 1h}) == 0);
}

TEST_CASE("a million names that are asked for once do not push out those that are wanted") {
  DemandForecast demand({.interval = 60s, .series = 1000});
  UnixMillis now = kStart;
  for (int i = 0; i < 10; ++i) {
    for (std::uint64_t hot = 1; hot <= 100; ++hot) demand.add(demand.series(hot, 1), 10);
    demand.step(now += kMinute);
  }
  std::uint64_t name = 1000;
  for (int i = 0; i < 10; ++i) {
    for (std::uint64_t hot = 1; hot <= 100; ++hot) demand.add(demand.series(hot, 1), 10);
    for (int each = 0; each < 100'000; ++each) demand.add(demand.series(++name, 1), 1);
    demand.step(now += kMinute);
  }
  CHECK(demand.size() == 1000);
  for (std::uint64_t hot = 1; hot <= 100; ++hot) {
    const auto found = demand.find(hot, 1);
    REQUIRE(found);
    CHECK(demand.forecast(*found, Horizon::next).mean > 5);
  }
  CHECK(demand.at_least(5).size() == 100);
}

TEST_CASE("what was learnt survives as octets, and damaged ones change nothing") {
  DemandForecast demand({.interval = 60s, .series = 50});
  Chance chance;
  for (int i = 0; i < 200; ++i) {
    for (std::uint64_t each = 1; each <= 20; ++each)
      demand.add(demand.series(each, each % 3), chance.count(double(each)));
    demand.step(kStart + i * kMinute);
  }
  const auto octets = demand.save();
  DemandForecast again({.interval = 60s, .series = 50});
  REQUIRE(again.load(octets));
  for (std::uint64_t each = 1; each <= 20; ++each)
    for (auto horizon : {Horizon::next, Horizon::soon, Horizon::later}) {
      const auto a = demand.forecast(*demand.find(each, each % 3), horizon);
      const auto b = again.forecast(*again.find(each, each % 3), horizon);
      CHECK(a.mean == b.mean);
      CHECK(a.q99 == b.q99);
    }
  for (std::size_t at = 0; at < octets.size(); at += 97) {
    auto damaged = octets;
    damaged[at] ^= 1;
    CHECK_FALSE(again.load(damaged));
  }
  CHECK_FALSE(again.load(std::span(octets).first(octets.size() - 1)));
  CHECK_FALSE(again.load({}));
  CHECK(again.size() == 20);
  DemandForecast hourly({.interval = 1h, .series = 50});
  const auto refused = hourly.load(octets);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Matchers::Contains("another interval"));
}

TEST_CASE("a day ahead by halves is learnt at every hour, not only at two of them") {
  DemandForecast demand({.interval = 1h, .series = 10});
  const auto film = demand.series(1, 1);
  Chance chance;
  double off = 0, naive = 0;
  for (int i = 0; i < 24 * 60; ++i) {
    const auto at = kStart + i * kHour;
    demand.add(film, chance.count(100 * rhythm(at)));
    demand.step(at);
    if (i < 24 * 10) continue;
    const auto truth = 100 * rhythm(at + 12 * kHour);
    off += std::abs(static_cast<double>(demand.forecast(film, Horizon::later).q50) - truth);
    naive += std::abs(100 * rhythm(at) - truth);
  }
  CHECK(off < 0.15 * naive);
}

TEST_CASE("what is wanted now and then is expected to be wanted by nobody, and still counts in the mean") {
  DemandForecast demand({.interval = 1h, .series = 10});
  const auto film = demand.series(1, 1);
  Chance chance;
  double mean = 0;
  int counted = 0, nobody = 0, above = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto came = chance.count(0.1);
    demand.add(film, came);
    demand.step(kStart + i * kHour);
    if (i < 500) continue;
    const auto said = demand.forecast(film, Horizon::next);
    nobody += said.q50 == 0;
    mean += static_cast<double>(said.mean);
    above += came > static_cast<double>(said.q99);
    ++counted;
  }
  CHECK(nobody > 0.95 * counted);
  CHECK(relative(mean / counted, 0.1) < 0.3);
  CHECK(above < 0.03 * counted);
}

TEST_CASE("small quantiles of whole counts are whole, and those of other numbers are not") {
  DemandForecast demand({.interval = 1h, .series = 10});
  const auto visits = demand.series(1, 1), load = demand.series(2, 1);
  Chance chance;
  int broken = 0;
  for (int i = 0; i < 500; ++i) {
    const auto came = chance.count(3);
    demand.add(visits, came);
    demand.add(load, came / 3 + 0.1);
    demand.step(kStart + i * kHour);
    const auto said = demand.forecast(visits, Horizon::soon);
    if (said.q90 < 8) CHECK(said.q90 == std::floor(said.q90));
    const auto other = demand.forecast(load, Horizon::soon).q90;
    broken += other != std::floor(other);
  }
  CHECK(broken > 450);
}

TEST_CASE(
    "who was wanted much and then by nobody for days is forecast with numbers, and found again when it comes back") {
  DemandForecast demand({.interval = 60s, .series = 10});
  const auto film = demand.series(1, 1);
  UnixMillis now = kStart;
  const auto pass = [&](int minutes, double count) {
    for (int i = 0; i < minutes; ++i) {
      demand.add(film, count + (count > 0 ? i % 7 : 0));
      demand.step(now += kMinute);
      for (auto each : {Horizon::next, Horizon::soon, Horizon::later})
        if (!std::isfinite(demand.forecast(film, each).q99)) return false;
    }
    return true;
  };
  CHECK(pass(600, 1e6));
  CHECK(pass(3 * 24 * 60, 0));
  CHECK(demand.forecast(film, Horizon::later).mean < 1);
  CHECK(pass(600, 1e6));
  CHECK(relative(static_cast<double>(demand.forecast(film, Horizon::later).q50), 1e6) < 0.05);
}

TEST_CASE("a blend comes to be better than the best of its ways where two of them err in opposite ways") {
  DemandForecast demand({.interval = 1h, .series = 10});
  const auto film = demand.series(1, 1);
  Chance chance;
  // The rhythm of a day on a level that wanders: what came last knows the one, yesterday the other.
  double level = 200;
  for (int i = 0; i < 24 * 120; ++i) {
    level = std::clamp(level * (1 + (chance.count(50) - 50) / 150), 50.0, 800.0);
    demand.add(film, chance.count(level * rhythm(kStart + i * kHour - kHour / 2)));
    demand.step(kStart + i * kHour);
  }
  const auto told = demand.accuracy(Horizon::next);
  CHECK(told.error < 0.96 * *std::ranges::min_element(told.ways));
  CHECK_FALSE(told.below_best_way);
}

TEST_CASE("the terms of a forecast are told: together the weights are one") {
  DemandForecast demand({.interval = 60s, .series = 10});
  const auto film = demand.series(1, 1);
  for (int i = 0; i < 50; ++i) {
    demand.add(film, 30);
    demand.step(kStart + i * kMinute);
  }
  const auto told = demand.explain(film, Horizon::next);
  double sum = 0;
  for (const auto& term : told.terms) sum += static_cast<double>(term.weight);
  CHECK(std::abs(sum - 1) < 1e-3);
  CHECK(told.steps == 50);
  CHECK(told.event_lift == 1);
  CHECK(DemandForecast::kOctetsOfSeries <= 256);
}
