#include "learn/refresh_policies.h"

#include <catch2/catch.hpp>

#include "learn/refresh_simulation.h"

namespace harbinger {
namespace {

constexpr UnixMillis kStart = 1'700'000'000'000;

DnsFeed every(UnixMillis step_ms, int times, std::uint32_t ttl_s) {
  DnsFeed feed;
  for (int i = 0; i < times; ++i) {
    feed.questions.push_back({kStart + i * step_ms, 7, feed.record("a.example", 1), ttl_s, 20'000, false});
  }
  return feed;
}

RefreshGain gain_of(const DnsFeed& feed, RefreshPlanner& planner) {
  return gain(simulate_refresh(feed, &planner), simulate_refresh(feed, nullptr));
}

TEST_CASE("TTL refresh keeps what is asked for in the last tenth, and nothing else") {
  const auto busy = gain_of(every(1000, 600, 60), *make_ttl_refresh());
  CHECK(busy.removed == Approx(0.9).margin(0.02));  // all but the first of ten
  CHECK(busy.upstream_ratio <= 1.2);
  CHECK(gain_of(every(45'000, 100, 60), *make_ttl_refresh()).removed == 0);
}

TEST_CASE("periodic refresh expects what was asked for one and two periods ago") {
  const auto hourly = gain_of(every(3'660'000, 48, 1200), *make_periodic_refresh());
  CHECK(hourly.removed > 0.7);
  const auto irregular = gain_of(every(50'000'000, 8, 1200), *make_periodic_refresh());
  CHECK(irregular.removed == 0);
}

TEST_CASE("the oracle removes every miss whose answer may be kept, at no cost") {
  const DnsFeed feed = every(100'000, 50, 60);
  const auto kept = gain_of(feed, *make_oracle_refresh(feed));
  CHECK(kept.removed >= 0.98);
  CHECK(kept.upstream_ratio == Approx(1));
  const DnsFeed never_kept = every(100'000, 50, 0);
  CHECK(gain_of(never_kept, *make_oracle_refresh(never_kept)).removed == 0);
}

}  // namespace
}  // namespace harbinger
