// The pieces that a pool sizer is made of, each by itself.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "provision/cheapest_level.h"
#include "provision/daily_rhythm.h"
#include "provision/lead_history.h"
#include "provision/lead_regression.h"
#include "provision/panic.h"
#include "provision/recalibration.h"
#include "provision/residual_levels.h"
#include "provision/small_arima.h"
#include "tests/lib/provision/pool_play.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace std::chrono_literals;
using harbinger::test::Counts;

namespace {

double bell(Counts& counts) { return std::normal_distribution<double>()(counts.numbers); }

}  // namespace

TEST_CASE("an order is ready so many takes later, and what is ready can be stopped at once") {
  VirtualPool pool(2);
  pool.aim(5, 0);
  CHECK(pool.take(1) == 1);
  pool.aim(5, 0);
  CHECK(pool.ordered() == 0);
  CHECK(pool.take(0) == 0);
  CHECK(pool.idle() == 0);
  pool.aim(5, 0);
  CHECK(pool.take(3) == 0);
  CHECK(pool.idle() == 2);
  pool.aim(1, 2);
  CHECK(pool.stopped() == 0);
  pool.aim(1, 0);
  CHECK(pool.stopped() == 1);
  CHECK(pool.take(4) == 3);

  VirtualPool at_once;
  at_once.aim(3, 0);
  CHECK(at_once.take(4) == 1);
}

TEST_CASE("steps become ticks where an order takes many of them") {
  CHECK(SizerTiming::of(1s, 5s).delay == 5);
  CHECK(SizerTiming::of(300s, 5s).delay == 0);
  CHECK(SizerTiming::of(300s, 300s).delay == 1);
  const auto slow = SizerTiming::of(1s, 10min);
  CHECK(slow.steps * slow.delay >= 590);
  CHECK(slow.delay <= SizerTiming::kMostDelay);
  CHECK(SizerTiming::of(0ms, -1s).step_ms == 1);
  CHECK(SizerTiming::of(1ms, 1000h).delay <= SizerTiming::kMostDelay);
}

TEST_CASE("a small ARIMA finds how counts hang together, and sums what comes next") {
  SmallArima arima;
  Counts counts;
  double level = 0, error = 0, plain = 0;
  for (int i = 0; i < 6000; ++i) {
    level = 0.8 * level + bell(counts);
    const double count = 100 + 10 * level;
    if (i > 1000) {
      error += std::abs(arima.sum_of_next(1) - count);
      plain += std::abs(100 - count);
    }
    arima.see(count);
  }
  CHECK(error < 0.68 * plain);  // 0.6 is what the noise leaves
  const double next = arima.sum_of_next(1);
  CHECK(arima.sum_of_next(50) == Approx(50 * 100).epsilon(0.05));
  CHECK(arima.sum_of_next(2) - next == Approx(100 + 0.8 * (next - 100)).epsilon(0.05));
}

TEST_CASE("an ARIMA of differences follows a level that wanders, and nothing makes it explode") {
  SmallArima arima(true);
  for (int i = 0; i < 300; ++i) arima.see(i < 150 ? 10 : 50);
  CHECK(arima.sum_of_next(1) == Approx(50).epsilon(0.1));
  for (int i = 0; i < 300; ++i) arima.see(i % 7 == 0 ? 1e9 : 0);
  CHECK(std::isfinite(arima.sum_of_next(33)));
  for (int i = 0; i < 5000; ++i) arima.see(0);
  CHECK(std::isfinite(arima.sum_of_next(33)));
  CHECK(arima.sum_of_next(33) >= 0);
  SmallArima never;
  for (int i = 0; i < 10; ++i) never.see(0);
  CHECK(never.sum_of_next(5) == 0);
}

TEST_CASE("the usual day is known by its half hours; what was not seen is as the rest") {
  DailyRhythm day;
  CHECK(day.usual(0, 7) == 7);
  const auto count = [](UnixMillis at) { return at % 86'400'000 < 43'200'000 ? 2.0 : 10.0; };
  for (UnixMillis at = 0; at < 3 * 86'400'000LL; at += 300'000) day.see(at + 150'000, count(at));
  CHECK(day.usual(4 * 86'400'000LL + 3 * 3'600'000, 7) == Approx(2));
  CHECK(day.usual(4 * 86'400'000LL + 15 * 3'600'000, 7) == Approx(10));
  CHECK(day.usual(-9 * 3'600'000LL, 7) == Approx(10));  // before 1970
  day.rescale(2);
  CHECK(day.usual(15 * 3'600'000, 7) == Approx(20));
}

TEST_CASE("leads are summed by age, as they are now and as they were") {
  LeadHistory leads(SizerTiming::of(1s, 5s));
  REQUIRE(leads.bins() == 10);
  CHECK_FALSE(leads.present(2));
  std::array<float, 4 * 10> sums{};
  for (int i = 0; i < 400; ++i) {
    leads.add(2, i == 394 ? 5 : 1);  // five seconds before the end
    leads.end_tick();
  }
  CHECK(leads.present(2));
  leads.sums(0, sums);
  CHECK(sums[0] == 0);
  CHECK(sums[20] == 1);      // the last second
  CHECK(sums[22] == 2);      // two to four seconds ago
  CHECK(sums[23] == 3 + 4);  // four to seven
  CHECK(sums[29] == 40);     // 80 to 120
  leads.sums(5, sums);
  CHECK(sums[20] == 5);
  leads.clear();
  leads.sums(0, sums);
  CHECK(std::accumulate(sums.begin(), sums.end(), 0.0F) == 0);
  CHECK(LeadHistory(SizerTiming::of(300s, 5s)).bins() == 2);
}

TEST_CASE("weights are found where they are, none is negative, and chance gets none") {
  LeadRegression regression(2, 3, 1, 4000);
  Counts counts;
  std::array<float, 5> x{};
  for (int i = 0; i < 6000; ++i) {
    for (auto& each : x) each = static_cast<float>(counts.poisson(10));
    const double y = 0.5 * x[0] + 0.7 * x[2] - 0.3 * x[4] + 2 * bell(counts) + 5;
    regression.learn(x, static_cast<float>(y), 10);
  }
  CHECK(regression.weight(2) == Approx(0.7).margin(0.1));
  CHECK(regression.weight(3) == 0);
  CHECK(regression.weight(4) == 0);
  CHECK(regression.weight(0) > 0.3);
}

TEST_CASE("levels are passed as seldom as they say, in whatever way counts are scattered") {
  ResidualLevels levels;
  Counts counts;
  std::array<double, ResidualLevels::kLevels> passed{};
  constexpr int kJudged = 20'000;
  for (int i = -3000; i < kJudged; ++i) {
    const double mean = 20 + 15 * std::sin(i / 300.0);
    const auto stand = levels.stand(static_cast<float>(mean));
    const auto said = levels.at(stand);
    const double count = counts.scattered(mean, 6);
    for (std::size_t level = 0; i >= 0 && level < said.size(); ++level) passed[level] += count > said[level];
    levels.learn(stand, static_cast<float>(count), static_cast<float>(count));
  }
  for (const std::size_t level : {0, 2, 4, 6, 8, 9})
    CHECK(passed[level] / kJudged == Approx(ResidualLevels::kTails[level]).epsilon(0.2));
}

TEST_CASE("the level that would have kept the promise is taken, and what happens moves it") {
  Recalibration kept(0.05);
  ResidualLevels::Levels bad{};
  for (std::size_t i = 0; i < bad.size(); ++i) bad[i] = 10 * 2 * ResidualLevels::kTails[i];  // twice what they promise
  for (int i = 0; i < 5000; ++i) {
    kept.judge(bad, 10);
    kept.happened(0.5, 10);
  }
  CHECK(Recalibration::tail(kept.level()) == Approx(0.025).epsilon(0.1));
  for (int i = 0; i < 1000; ++i) kept.happened(1, 10);
  CHECK(Recalibration::tail(kept.level()) < 0.015);
  for (int i = 0; i < 100'000; ++i) kept.happened(0, 10);
  CHECK(Recalibration::tail(kept.level()) < 0.15);  // it moves so far and no further
}

TEST_CASE("the cheapest level is near the newsvendor's at first, and the one that costs least later") {
  CHECK(Recalibration::tail(CheapestLevel(9, 1).level()) == Approx(0.09));
  CHECK(Recalibration::tail(CheapestLevel(1, 99).level()) == Approx(0.5));
  CheapestLevel cheapest(10, 1);
  ResidualLevels::Levels missed{}, idle{};
  for (std::size_t i = 0; i < missed.size(); ++i) {
    missed[i] = i < 12 ? 1.0F / static_cast<float>(1 + i) : 0;
    idle[i] = static_cast<float>(i);
  }
  for (int i = 0; i < 20'000; ++i) cheapest.judge(missed, idle, 5, 0, 12);
  CHECK(cheapest.level() == 12);
}

TEST_CASE("panic begins where twice as many come as were foreseen, and not by chance") {
  Panic panic(SizerTiming::of(1s, 5s));
  Counts counts;
  for (int i = 0; i < 20'000; ++i) {
    const double mean = i < 10'000 ? 0.5 : 20;
    panic.see(counts.poisson(mean), mean);
    REQUIRE_FALSE(panic.now());
  }
  for (int i = 0; i < 6; ++i) panic.see(60, 20);
  CHECK(panic.now());
  CHECK(panic.expects(6) >= 6 * 40);
  for (int i = 0; i < 70; ++i) panic.see(20, 20);
  CHECK_FALSE(panic.now());
  CHECK(panic.expects(6) == 0);
}
