#include "learn/refresh_simulation.h"

#include <catch2/catch.hpp>

namespace harbinger {
namespace {

constexpr UnixMillis kStart = 1'700'000'000'000;

// Wishes for one record at given times.
class Scripted final : public RefreshPlanner {
 public:
  explicit Scripted(std::vector<UnixMillis> times) : times_(std::move(times)) {}
  void asked(const Access& access) override { heard.push_back(access.outcome); }
  void resolved(std::string_view, std::uint16_t, std::uint32_t ttl_s, UnixMillis) override { ttls.push_back(ttl_s); }
  void plan(UnixMillis now, std::vector<Wish>& out) override {
    for (; next_ < times_.size() && times_[next_] <= now; ++next_)
      out.push_back({"a.example", 1, Reason::renewal, 1, now});
  }
  State state() const override { return {}; }

  std::vector<Outcome> heard;
  std::vector<std::uint32_t> ttls;

 private:
  std::vector<UnixMillis> times_;
  std::size_t next_ = 0;
};

// Questions for one record, at these milliseconds, answered after 20 ms.
DnsFeed feed_at(const std::vector<UnixMillis>& times, std::uint32_t ttl_s) {
  DnsFeed feed;
  for (const UnixMillis at : times)
    feed.questions.push_back({kStart + at, 7, feed.record("a.example", 1), ttl_s, 20'000, false});
  return feed;
}

TEST_CASE("without refreshing, a question misses when its answer has expired") {
  const auto report = simulate_refresh(feed_at({0, 5000, 10'030, 10'040, 25'000}, 10), nullptr);
  CHECK(report.questions == 5);
  CHECK(report.misses == 3);
  CHECK(report.cold == 1);
  CHECK(report.hits == 1);
  CHECK(report.joined == 1);  // the query of 10.030 is still under way
  CHECK(report.waited_us == 70'000);
  CHECK(report.upstream() == 3);
}

TEST_CASE("a resolution ahead removes the miss and its wait") {
  const DnsFeed feed = feed_at({0, 15'000}, 10);
  Scripted planner({kStart + 12'000});
  const auto report = simulate_refresh(feed, &planner);
  CHECK(report.misses == 1);
  CHECK(report.ahead == 1);
  CHECK(report.useful == 1);
  CHECK(report.lead_ms == Approx(2980));
  CHECK(planner.heard == std::vector{Outcome::served, Outcome::from_cache});
  CHECK(planner.ttls == std::vector<std::uint32_t>{10});

  const auto with_gain = gain(report, simulate_refresh(feed, nullptr));
  CHECK(with_gain.removed == Approx(0.5));
  CHECK(with_gain.upstream_ratio == Approx(1));
  CHECK(with_gain.waiting_saved == Approx(0.5));
}

TEST_CASE("a resolution that is under way when the client asks is late, not removed") {
  const DnsFeed feed = feed_at({0, 15'000}, 10);
  Scripted planner({kStart + 14'990});
  const auto report = simulate_refresh(feed, &planner);
  CHECK(report.misses == 1);
  CHECK(report.late == 1);
  CHECK(report.useful == 0);
  const auto with_gain = gain(report, simulate_refresh(feed, nullptr));
  CHECK(with_gain.removed == 0);
  CHECK(with_gain.late == Approx(0.5));
  CHECK(with_gain.waiting_saved == Approx(0.25));  // half of the second wait
}

TEST_CASE("a useless resolution costs an upstream query") {
  const DnsFeed feed = feed_at({0, 60'000}, 10);
  Scripted planner({kStart + 12'000});
  const auto with_gain = gain(simulate_refresh(feed, &planner), simulate_refresh(feed, nullptr));
  CHECK(with_gain.removed == 0);
  CHECK(with_gain.upstream_ratio == Approx(1.5));
}

TEST_CASE("an answer that may not be kept is a miss each time, whatever is resolved ahead") {
  Scripted planner({kStart + 1000});
  const auto report = simulate_refresh(feed_at({0, 2000}, 0), &planner);
  CHECK(report.misses == 2);
  CHECK(report.uncacheable == 2);
  CHECK(report.ahead == 1);
}

TEST_CASE("behind a cache, resolving before its answer expires brings only the rest of the TTL") {
  const DnsFeed feed = feed_at({0, 30'000}, 10);
  RefreshSetting setting;
  setting.upstream_caches = true;
  Scripted early({kStart + 7000}), after({kStart + 11'000});
  simulate_refresh(feed, &early, setting);
  simulate_refresh(feed, &after, setting);
  CHECK(early.ttls == std::vector<std::uint32_t>{2});
  CHECK(after.ttls == std::vector<std::uint32_t>{10});
}

TEST_CASE("what happens before the scored part is simulated and not counted") {
  RefreshSetting setting;
  setting.score_from = kStart + 4000;
  const auto report = simulate_refresh(feed_at({0, 5000, 15'000}, 10), nullptr, setting);
  CHECK(report.questions == 2);
  CHECK(report.hits == 1);
  CHECK(report.misses == 1);
  CHECK(report.cold == 0);
}

}  // namespace
}  // namespace harbinger
