// harbinger-replay --provision: feeds as they are read, and policies whose figures can be reckoned by hand.
#include <catch2/catch.hpp>
#include <numeric>
#include <random>
#include <sstream>

#include "server/replay/provision_replay.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::replay;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using harbinger::test::Scratch;

namespace {

ProvisionFeed feed_with(std::vector<double> arrivals, std::int64_t step_ms = 300'000) {
  ProvisionFeed feed{.name = "made", .step_ms = step_ms};
  feed.pools.push_back({.name = "made", .arrivals = std::move(arrivals)});
  return feed;
}

std::vector<double> by_chance(std::size_t steps, double mean) {
  std::mt19937 numbers(3);  // NOLINT(cert-msc51-cpp)
  std::vector<double> counts;
  for (std::size_t i = 0; i < steps; ++i) counts.push_back(std::poisson_distribution<int>(mean)(numbers));
  return counts;
}

ProvisionResults replays(const ProvisionFeed& feed, ProvisionReplay replay = {}) {
  return replay_provision(feed, replay, [](auto) {});
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

TEST_CASE(
    "who knows the future has no cold start and nothing idle; a constant number chosen afterwards meets its hits") {
  const auto feed = feed_with(by_chance(800, 20));
  const auto results = replays(feed);
  const auto& all = *results.of("perfect_foresight");
  CHECK(all.points[0].reports.judged.missed == 0);
  CHECK(all.points[0].reports.judged.idle == 0);
  CHECK(results.of("static_hindsight")->points.back().reports.judged.hit() == 1);
  CHECK(results.of("static_hindsight")->idle_at(0.99) > 0);
  CHECK(results.of("lead_oracle") == nullptr);
  CHECK(results.arrivals == sum({feed.pools[0].arrivals.begin() + 480, feed.pools[0].arrivals.end()}));
  CHECK_THAT(to_table(results), Contains("static_hindsight") && Contains("harbinger, by costs"));
  CHECK_THAT(to_json(results), Contains("\"idle_s_at_hit\""));
  CHECK_THAT(provision_plot(results), Contains("<svg") && Contains("harbinger"));
}

TEST_CASE(
    "orders that take steps are reckoned with by all, and nobody is without an instance who is known long before") {
  const auto feed = feed_with(by_chance(1000, 2), 1000);
  const auto results = replays(feed, {.start = 5s});
  CHECK(results.world.delay == 5);
  CHECK(results.of("perfect_foresight")->points[0].reports.judged.missed == 0);
  CHECK(results.of("perfect_foresight")->points[0].reports.judged.idle == 0);
}

TEST_CASE("a constant number is judged as by hand") {
  // Twenty steps of 2 and of 6 by turns, of which 4 are always there.
  std::vector<double> arrivals;
  for (int i = 0; i < 20; ++i) arrivals.push_back(i % 2 == 0 ? 2 : 6);
  const auto feed = feed_with(arrivals);
  struct Four final : PoolPolicy {
    void step(const PoolStep&) override {}
    double ready() const override { return 4; }
  } four;
  const auto report = play_pool(feed, feed.pools[0], {.step_ms = 300'000, .delay = 0, .judged_from = 10}, four).judged;
  CHECK(report.arrivals == 40);
  CHECK(report.missed == 10);
  CHECK(report.idle == 10);
  CHECK(report.hit() == Approx(0.75));
  CHECK(report.cost(3, 1) == Approx((3 * 10 + 10) / 40.0));
}

TEST_CASE("between two points of a curve lies what is between them") {
  PoolCurve curve;
  for (const auto& [idle, missed] : {std::pair{0.0, 20.0}, {80.0, 10.0}, {270.0, 10.0}, {285.0, 5.0}})
    curve.points.push_back({.reports = {.judged = {.arrivals = 100, .missed = missed, .idle = idle}}});
  CHECK(*curve.idle_at(0.9) == Approx(80.0 / 90));
  CHECK(*curve.idle_at(0.85) == Approx(40.0 / 90));
  CHECK_FALSE(curve.idle_at(0.97));
  CHECK(*curve.cold_at(40.0 / 90) == Approx(0.15));
  CHECK(*curve.cold_at(100) == Approx(0.05));
}

TEST_CASE("a lead tells ours of arrivals, and nobody is better than who knows what leads are worth") {
  auto feed = led_arrivals({.seed = 3, .days = 0.06});
  const auto results = replays(feed);
  const auto idle = [&](const char* name) { return results.of(name)->idle_at(0.95).value_or(1e9); };
  CHECK(idle("lead_oracle") < idle("harbinger"));
  CHECK(idle("harbinger") < idle("static_hindsight"));
  CHECK(idle("harbinger") < idle("reactive_kpa"));
  CHECK_THAT(to_table(results), Contains("of the way to the lead oracle"));
}

TEST_CASE("made-up arrivals are the same for the same seed, and those heard of come after they were") {
  const auto feed = led_arrivals({.seed = 9, .days = 0.05}), again = led_arrivals({.seed = 9, .days = 0.05});
  CHECK(feed.pools[0].arrivals == again.pools[0].arrivals);
  CHECK(feed.pools[0].leads == again.pools[0].leads);
  CHECK(feed.pools[0].arrivals != led_arrivals({.seed = 10, .days = 0.05}).pools[0].arrivals);
  CHECK(static_cast<double>(feed.pools[0].visitors.size()) == sum(feed.pools[0].arrivals));
  for (const auto& visitor : feed.pools[0].visitors)
    if (visitor.led != PoolSeries::kNever) REQUIRE(visitor.arrived >= visitor.led + 4);
}

TEST_CASE("a session is heard of by its first access, and wants an instance at the first one that comes late enough") {
  Trace trace;
  const auto visit = [&](UnixMillis at, const char* client) {
    trace.visits.push_back({.at = at, .client = trace.clients.intern(client), .resource = trace.resources.intern("/")});
  };
  visit(1'000, "a"), visit(2'000, "b"), visit(3'000, "a"), visit(12'000, "a"), visit(20'000, "a"), visit(30'000, "c");
  const auto feed = feed_of_sessions(trace, 1'800'000, 10'000, 1000);
  REQUIRE(feed);
  REQUIRE(feed->pools.size() == 1);
  const auto& pool = feed->pools[0];
  REQUIRE(pool.arrivals.size() == 30);
  CHECK(sum(pool.leads) == 3);
  CHECK(pool.leads[0] == 1);
  CHECK(sum(pool.arrivals) == 1);
  CHECK(pool.arrivals[11] == 1);
}

TEST_CASE("functions are read by the minute or call by call, and what cannot be read is told") {
  const Scratch scratch;
  std::ostringstream told;
  Complaints complaints(told);
  const auto minutes =
      scratch.write("minutes.csv",
                    "HashOwner,HashApp,HashFunction,Trigger,1,2,3\no,a,f,http,1,0,2\no,a,g,queue,0,5,-1\n"
                    "o,b,f,timer,0,0,7\n");
  const auto counts = read_functions({minutes.string()}, 0, complaints);
  REQUIRE(counts);
  REQUIRE(counts->series.size() == 2);
  CHECK(counts->series[0].name == "a/f");
  CHECK(counts->series[0].counts == std::vector<double>{1, 0, 2});
  CHECK(counts->series[1].counts == std::vector<double>{0, 0, 7});
  CHECK_THAT(told.str(), Contains("minutes.csv:3: expected owner, app, function, trigger, and calls"));

  const auto calls = scratch.write("calls.csv", "app,func,end_timestamp,duration\na,f,70.5,0.5\na,f,130,65\nb,g,x,1\n");
  const auto called = read_functions({calls.string()}, 0, complaints);
  REQUIRE(called);
  CHECK(called->series[0].counts == std::vector<double>{0, 2});
  CHECK_FALSE(read_functions({scratch.write("other", "a b c\n").string()}, 0, complaints));
  CHECK_FALSE(read_functions({(scratch / "none").string()}, 0, complaints));
}

TEST_CASE("pools do not depend on the order in which they are told of") {
  ProvisionFeed feed = feed_with(by_chance(300, 3), 60'000);
  feed.pools.push_back({.name = "other", .arrivals = by_chance(600, 0.2)});
  feed.pools[1].arrivals.resize(300);
  auto turned = feed;
  std::swap(turned.pools[0], turned.pools[1]);
  const auto all = replays(feed), all_turned = replays(turned);
  for (const auto& name : {"harbinger", "reactive_kpa", "hybrid_histogram", "seasonal_quantile"}) {
    const auto one = all.of(name)->points, other = all_turned.of(name)->points;
    REQUIRE(one.size() == other.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      CHECK(one[i].reports.judged.missed == Approx(other[i].reports.judged.missed));
      CHECK(one[i].reports.judged.idle == Approx(other[i].reports.judged.idle));
    }
  }
}
