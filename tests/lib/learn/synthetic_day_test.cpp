#include "learn/synthetic_day.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "learn/refresh_policies.h"
#include "learn/refresh_simulation.h"

namespace harbinger {
namespace {

SyntheticDay small_day(std::uint64_t seed) {
  SyntheticDay day;
  day.seed = seed;
  day.people = 30;
  day.devices = 20;
  day.sites = 500;
  day.third_parties = 80;
  day.hours = 18;
  return day;
}

TEST_CASE("the same seed makes the same day, another one another") {
  const DnsFeed one = make_synthetic_day(small_day(1)), again = make_synthetic_day(small_day(1)),
                other = make_synthetic_day(small_day(2));
  REQUIRE(one.questions.size() == again.questions.size());
  CHECK(
      std::equal(one.questions.begin(), one.questions.end(), again.questions.begin(), [](const auto& a, const auto& b) {
        return a.at == b.at && a.client == b.client && a.record == b.record && a.ttl_s == b.ttl_s &&
               a.rtt_us == b.rtt_us;
      }));
  CHECK(one.questions.size() != other.questions.size());
}

TEST_CASE("a synthetic day goes by in order, with realistic TTLs and several types of a name") {
  const DnsFeed feed = make_synthetic_day(small_day(3));
  CHECK(std::is_sorted(feed.questions.begin(), feed.questions.end(),
                       [](const auto& a, const auto& b) { return a.at < b.at; }));
  std::set<std::uint32_t> ttls;
  std::set<std::uint16_t> types;
  for (const auto& question : feed.questions) {
    ttls.insert(question.ttl_s);
    types.insert(feed.records[question.record].type);
  }
  CHECK(*ttls.begin() == 20);
  CHECK(*ttls.rbegin() == 86'400);
  CHECK(types == std::set<std::uint16_t>{1, 28, 65});
}

TEST_CASE("on a synthetic day the planner removes far more misses than TTL refresh, within its budget") {
  const DnsFeed feed = make_synthetic_day(small_day(4));
  const auto none = simulate_refresh(feed, nullptr);
  const auto planner = make_refresh_planner();
  const auto with = gain(simulate_refresh(feed, planner.get()), none);
  const auto ttl = gain(simulate_refresh(feed, make_ttl_refresh().get()), none);
  CHECK(with.removed > 2 * ttl.removed);
  CHECK(with.upstream_ratio < 1.11);
}

TEST_CASE("where there is nothing to learn the planner asks for almost nothing") {
  SECTION("names asked for once") {
    const auto planner = make_refresh_planner();
    const auto report = simulate_refresh(make_uniform_day(5, 30'000, 0, 300), planner.get());
    CHECK(report.ahead < report.misses / 500);
  }
  SECTION("many names at random, rarely within their TTL") {
    const DnsFeed feed = make_uniform_day(6, 50'000, 20'000, 60);
    const auto planner = make_refresh_planner();
    const auto report = simulate_refresh(feed, planner.get());
    CHECK(report.ahead < report.misses / 100);
    CHECK(gain(report, simulate_refresh(feed, nullptr)).removed < 0.01);
  }
}

}  // namespace
}  // namespace harbinger
