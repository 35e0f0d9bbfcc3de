// harbinger-replay --forecast: series as they are read, and figures that can be reckoned by hand.
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>
#include <sstream>

#include "server/replay/forecast_replay.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::replay;
using harbinger::test::Scratch;

namespace {

constexpr UnixMillis kHourMs = 3'600'000;

std::string file_with(const Scratch& scratch, const char* name, const char* text) {
  return scratch.write(name, text).string();
}

std::size_t at(ForecastBaseline baseline) { return static_cast<std::size_t>(baseline); }

SeriesGroup hourly(std::vector<double> counts) { return {3600, 0, {{"film", std::move(counts)}}}; }

ForecastResults replays(const SeriesGroup& group, ForecastReplay replay = {}) {
  return replay_forecast("made", {group}, replay, [](double) {});
}

// Days between 20 and 180 an hour, with counts that chance around it.
std::vector<double> daily(std::size_t hours) {
  std::mt19937 numbers(5);  // NOLINT(cert-msc51-cpp)
  std::vector<double> counts;
  for (std::size_t i = 0; i < hours; ++i) {
    const double mean = 100 + 80 * std::sin(2 * std::numbers::pi * static_cast<double>(i) / 24);
    counts.push_back(std::poisson_distribution<int>(mean)(numbers));
  }
  return counts;
}

}  // namespace

TEST_CASE("rows of time and value become intervals; one without a row is as the one before it") {
  const Scratch scratch;
  std::ostringstream told;
  Complaints complaints(told);
  const auto file =
      file_with(scratch, "tweets.csv",
                "timestamp,value\n2015-02-26 21:00:53,10\n2015-02-26 21:05:53,12\n2015-02-26 21:10:53,many\n"
                "2015-02-26 21:20:53,7\n2015-02-26 21:25:53,3\n");
  const auto group = read_series(file, 0, complaints);
  REQUIRE(group);
  CHECK(group->interval_s == 300);
  REQUIRE(group->series.size() == 1);
  CHECK(group->series[0].name == "tweets.csv");
  CHECK(group->series[0].counts == std::vector<double>{10, 12, 12, 12, 7, 3});
  CHECK(told.str() == "tweets.csv:4: expected a time and a number from 0 on: `2015-02-26 21:42:53,104`\n");

  const auto wider = read_series(file, 900, complaints);
  REQUIRE(wider);
  CHECK(wider->series[0].counts == std::vector<double>{22, 10});
}

TEST_CASE("counts by the second are summed to intervals, and the last one that is not over is left out") {
  const Scratch scratch;
  std::ostringstream told;
  Complaints complaints(told);
  const auto group = read_series(file_with(scratch, "seconds", "1 0 2\n3 4 5 6"), 3, complaints);
  REQUIRE(group);
  CHECK(group->interval_s == 3);
  CHECK(group->series[0].counts == std::vector<double>{3, 12});
  CHECK(told.str().empty());
  CHECK_FALSE(read_series(file_with(scratch, "short", "1 0 2\n"), 3, complaints));
  CHECK_FALSE(read_series((scratch / "none").string(), 3, complaints));
}

TEST_CASE("arrivals are counted without the marks between batches, and five minutes without a row brought none") {
  const Scratch scratch;
  std::ostringstream told;
  Complaints complaints(told);
  const auto file = file_with(scratch, "arrivals", "300 g,|,b,b,|,\n600 a,|\n1200 k,k,k\nlater g\n");
  const auto group = read_arrivals({file}, 0, complaints);
  REQUIRE(group);
  CHECK(group->series[0].counts == std::vector<double>{3, 1, 0, 3});
  CHECK(told.str() == "arrivals:4: expected seconds, a space, and what arrived: `300 g,|,b,b,|,`\n");
}

TEST_CASE("of a trace, the resources wanted most are counted interval by interval") {
  Trace trace;
  const auto want = [&](const char* resource, UnixMillis when) {
    trace.visits.push_back({.at = when, .resource = trace.resources.intern(resource)});
  };
  want("/rare", 5 * kHourMs + 1);
  want("/often", 5 * kHourMs + 2);
  want("/often", 6 * kHourMs);
  want("/some", 8 * kHourMs - 1);
  want("/often", 8 * kHourMs);
  want("/some", 8 * kHourMs);
  const auto group = count_series(trace, 2, 3600);
  CHECK(group.from == 5 * kHourMs);
  REQUIRE(group.series.size() == 2);
  CHECK(group.series[0].name == "/often");
  CHECK(group.series[0].counts == std::vector<double>{1, 1, 0, 1});
  CHECK(group.series[1].counts == std::vector<double>{0, 0, 1, 1});
}

TEST_CASE("simple forecasts say what can be reckoned by hand") {
  Baselines baselines(12 * 3600);  // two steps a day
  const std::vector<double> counts{10, 20, 12, 22};
  for (std::size_t i = 0; i < counts.size(); ++i) baselines.see(static_cast<UnixMillis>(i) * 12 * kHourMs, counts[i]);
  const auto next = baselines.say(1), after = baselines.say(2);
  CHECK(next[at(ForecastBaseline::last)] == 22);
  CHECK(next[at(ForecastBaseline::day_ago)] == 12);
  CHECK(after[at(ForecastBaseline::day_ago)] == 22);
  CHECK(next[at(ForecastBaseline::week_ago)] == 12);  // there is no week yet
  // 10, 10 + 0.3 * 10 = 13, 13 - 0.3 * 1 = 12.7, 12.7 + 0.3 * 9.3 = 15.49
  CHECK(next[at(ForecastBaseline::ewma3)] == Approx(15.49));
  // 10, 11, 11.1, 12.19
  CHECK(next[at(ForecastBaseline::ewma1)] == Approx(12.19));
}

TEST_CASE("Holt's trend goes on and fades, and Winters' season comes again") {
  HoltWinters holt(0.3, 0.05, 1);
  holt.see(10);
  holt.see(20);
  // Level 0.3 * 20 + 0.7 * 10 = 13, trend 0.05 * 3 = 0.15; two steps on, 0.9 + 0.81 of it.
  CHECK(holt.say(2) == Approx(13 + 1.71 * 0.15));
  HoltWinters winters(0.3, 0.05, 4);
  for (int day = 0; day < 3; ++day)
    for (const double count : {5, 10, 30, 15}) winters.see(count);
  CHECK(winters.say(1) == Approx(5));
  CHECK(winters.say(3) == Approx(30));
}

TEST_CASE("each count is judged by what was said of it before it came") {
  HorizonJudge judge(2);
  const auto say = [&](double ours) {
    std::array<double, kBaselines> baselines{};
    baselines.fill(10);
    judge.say({ours, {ours, ours + 2, ours + 4}}, baselines);
  };
  judge.came(1, true), say(5);  // of the third
  judge.came(1, true), say(9);  // of the fourth
  judge.came(8, true), say(0);
  judge.came(7, true), say(0);
  const auto& losses = judge.losses();
  CHECK(losses.judged == 2);
  CHECK(losses.of[0].error == Approx(3 + 2));
  // At 0.9: 8 over 7 costs 0.9, 7 below 11 costs 0.1 * 4.
  CHECK(losses.of[0].pinball[1] == Approx(0.9 + 0.4));
  CHECK(losses.of[0].covered[0] == 1);
  CHECK(losses.of[0].covered[1] == 1);
  CHECK(losses.of[0].covered[2] == 2);
  CHECK(losses.of[1].error == Approx(2 + 3));
  // Its residual of -2 was known when the fourth came, but not when the forecast of it was made.
  CHECK(losses.of[1].covered[1] == 2);
}

TEST_CASE(
    "on a day that comes again and again, harbinger errs less than a day ago, and nine in ten counts are covered") {
  const auto results = replays(hourly(daily(24 * 60)));
  CHECK(results.series == 1);
  CHECK(results.steps == 24 * 60);
  CHECK(results.interval_s == 3600);
  for (const auto& horizon : results.horizons) {
    CHECK(horizon.judged == 24 * 45);
    CHECK(horizon.over_day[1 + at(ForecastBaseline::day_ago)] == Approx(1));
    CHECK(horizon.over_day[0] < 0.95);  // the noise of one day alone is 0.71 of that of two
    CHECK(horizon.over_day[0] > 0.6);
    CHECK(horizon.over_day[1 + at(ForecastBaseline::last)] > 1);
    CHECK(horizon.covered[1] > 0.86);
    CHECK(horizon.covered[1] < 0.94);
    CHECK(horizon.over_best == Approx(horizon.over_each));  // of one series
  }
}

TEST_CASE("the best single baseline is one for all series, and the best of each series is not") {
  // One series that stays where it went last, and one that comes again each day.
  SeriesGroup steps{3600, 0, {{"steps", {}}}}, days{3600, 0, {{"days", daily(480)}}};
  for (std::size_t i = 0; i < 480; ++i)
    steps.series[0].counts.push_back(100 + 30 * static_cast<double>((i / 31) * 7 % 11));
  const auto results = replay_forecast("both", {steps, days}, {}, [](double) {});
  const auto& next = results.horizons[0];
  CHECK(next.series == 2);
  CHECK(next.over_each > next.over_best);
  CHECK(next.over_best == Approx(next.over_day[0] / next.over_day[1 + next.best]));
}

TEST_CASE("a burst within a window is found with its delay, one outside is a false alarm") {
  BurstJudge judge({{10 * kHourMs, 12 * kHourMs}, {20 * kHourMs, 21 * kHourMs}, {0, 1}});
  for (UnixMillis hour = 2; hour < 26; ++hour)
    judge.see(hour * kHourMs, (hour + 1) * kHourMs, hour == 4 || hour == 5 || hour == 11);
  const auto report = judge.report();
  CHECK(report.windows == 2);  // the third was over before anything was seen
  CHECK(report.found == 1);
  CHECK(report.delay_s() == 2 * 3600);
  CHECK(report.false_alarms == 1);
  CHECK(report.days == Approx((24.0 - 3 - 2) / 24));
}

TEST_CASE("windows are read by the names of series, and what is none is told with what would be right") {
  const Scratch scratch;
  const auto windows = read_windows(file_with(
      scratch, "w.json", R"({"real/a.csv": [["2015-03-03 04:37:53.000000", "2015-03-04 13:37:53.000000"]]})"));
  REQUIRE(windows);
  const auto* found = windows_of(*windows, "real__a.csv.gz");
  REQUIRE(found != nullptr);
  CHECK(found->front().until - found->front().from == 33 * kHourMs);
  CHECK(windows_of(*windows, "b.csv") == nullptr);
  for (const auto* wrong : {"[1", "{\"a\": [[\"2015-03-03\"]]}", "{\"a\": [[\"later\", \"earlier\"]]}", "{\"a\": 5}"}) {
    INFO(wrong);
    const auto refused = read_windows(file_with(scratch, "wrong.json", wrong));
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Matchers::Contains("expected {\"NAME\""));
  }
}

TEST_CASE("a series of half a day is judged by nobody, and says so with zeros") {
  const auto results = replays(hourly({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  for (const auto& horizon : results.horizons) {
    CHECK(horizon.judged == 0);
    CHECK(horizon.series == 0);
  }
  CHECK(to_table(results).find("made: 1 series of up to 12 steps of 3600 s") == 0);
}
