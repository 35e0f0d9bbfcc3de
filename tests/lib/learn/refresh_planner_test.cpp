#include <harbinger/refresh_planner.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

namespace harbinger {
namespace {

constexpr UnixMillis kStart = 1'700'000'000'000;

// A resolver that tells the planner what happens and does at once what it wishes.
class Resolver {
 public:
  explicit Resolver(RefreshPlanner& planner, std::uint32_t ttl_s = 60) : planner_(planner), ttl_s_(ttl_s) {}

  void ask(const std::string& name, ClientKey client = 1, Outcome outcome = Outcome::served) {
    Access access;
    access.at = now + clock_error;
    access.client = client;
    access.resource = name;
    access.type = 1;
    access.outcome = outcome;
    access.ttl_s = ttl_s_;
    planner_.asked(access);
  }

  // Lets time pass in steps of 100 ms; returns what was wished.
  std::vector<std::string> wait(UnixMillis span_ms) {
    std::vector<std::string> wished;
    for (const UnixMillis end = now + span_ms; now < end; now += 100) {
      std::vector<RefreshPlanner::Wish> wishes;
      planner_.plan(now + clock_error, wishes);
      for (const auto& wish : wishes) {
        wished.emplace_back(wish.name);
        needed_by = wish.needed_by;
      }
      if (answers) {
        for (const auto& name : wished) planner_.resolved(name, 1, ttl_s_, now + clock_error);
      }
    }
    return wished;
  }

  UnixMillis now = kStart, clock_error = 0, needed_by = 0;
  bool answers = false;

 private:
  RefreshPlanner& planner_;
  std::uint32_t ttl_s_;
};

// Busy names teach the planner that what is asked for often is asked for again. Every sixth round finds the answers expired.
void settle_in(Resolver& resolver, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    const Outcome outcome = round % 6 == 0 ? Outcome::served : Outcome::from_cache;
    for (int name = 0; name < 10; ++name) {
      resolver.ask("busy" + std::to_string(name), static_cast<ClientKey>(round % 5 + 1), outcome);
    }
    resolver.wait(10'000);
  }
}

// The whole life of an answer for busy0, asked for every five seconds; how often it was wished for in the first 59 seconds, and after.
std::pair<std::int64_t, std::int64_t> wishes_for_busy(Resolver& resolver) {
  const auto count = [](const std::vector<std::string>& wished) {
    return std::count(wished.begin(), wished.end(), "busy0");
  };
  std::int64_t early = 0;
  resolver.ask("busy0");
  for (int i = 0; i < 11; ++i) {
    early += count(resolver.wait(5000));
    resolver.ask("busy0", 2, Outcome::from_cache);
  }
  early += count(resolver.wait(4000));
  return {early, count(resolver.wait(1000))};
}

TEST_CASE("a record that is asked for all the time is wished for just before its answer expires") {
  const auto planner = make_refresh_planner();
  Resolver resolver(*planner);
  settle_in(resolver, 42);
  const auto [early, in_time] = wishes_for_busy(resolver);
  CHECK(early == 0);
  CHECK(in_time == 1);
}

TEST_CASE("names that are asked for once are not resolved again") {
  const auto planner = make_refresh_planner();
  Resolver resolver(*planner);
  std::size_t wished = 0;
  for (int i = 0; i < 2000; ++i) {
    resolver.ask("once" + std::to_string(i));
    wished += resolver.wait(1000).size();
  }
  CHECK(wished <= 2);
  CHECK(planner->state().threshold >= 0.1);
}

TEST_CASE("what usually follows is resolved as soon as its leader is asked for") {
  const auto planner = make_refresh_planner();
  Resolver resolver(*planner, 20);
  for (int i = 0; i < 12; ++i) {
    resolver.ask("page", 5);
    resolver.now += 300;
    resolver.ask("picture", 5);
    resolver.wait((i * 7 % 12 + 1) * 400'000);  // at no rhythm
  }
  resolver.ask("page", 6);
  const auto wished = resolver.wait(100);
  REQUIRE(wished == std::vector<std::string>{"picture"});
  CHECK(resolver.needed_by > resolver.now);
  CHECK(resolver.needed_by <= resolver.now + 400);
  CHECK(planner->state().planned_for[static_cast<std::size_t>(RefreshPlanner::Reason::follower)] >= 1);
}

TEST_CASE("hope ends: a record that nobody asks for any more is given up") {
  const auto planner = make_refresh_planner();
  Resolver resolver(*planner);
  settle_in(resolver, 42);
  resolver.answers = true;
  resolver.wait(3'600'000);
  CHECK(resolver.wait(3'600'000).empty());
}

TEST_CASE("a clock that is set back loses no wish, and times are told by the caller's clock") {
  const auto planner = make_refresh_planner();
  Resolver resolver(*planner);
  settle_in(resolver, 42);
  resolver.clock_error = -86'400'000;
  const auto [early, in_time] = wishes_for_busy(resolver);
  CHECK(early == 0);
  CHECK(in_time == 1);
  CHECK(resolver.needed_by < kStart);
}

TEST_CASE("a clock that leaps ahead gives no burst of wishes") {
  const auto planner = make_refresh_planner();
  Resolver resolver(*planner);
  settle_in(resolver, 42);
  resolver.clock_error = 7 * 86'400'000LL;
  CHECK(resolver.wait(10'000).empty());
}

TEST_CASE("memory is bounded by the number of records") {
  RefreshPlanner::Settings settings;
  settings.records = 1000;
  const auto planner = make_refresh_planner(settings);
  Resolver resolver(*planner);
  for (int i = 0; i < 20'000; ++i) resolver.ask("name" + std::to_string(i), static_cast<ClientKey>(i));
  const auto full = planner->state();
  CHECK(full.records == 1000);
  for (int i = 0; i < 100'000; ++i) resolver.ask("more" + std::to_string(i), static_cast<ClientKey>(i));
  CHECK(planner->state().records == 1000);
  CHECK(planner->state().bytes <= full.bytes * 11 / 10);
}

TEST_CASE("useless resolutions stay within the budget even when habits change at once") {
  const auto planner = make_refresh_planner();
  Resolver resolver(*planner);
  resolver.answers = true;
  for (int day = 0; day < 20; ++day) {
    for (int round = 0; round < 30; ++round) {
      for (int name = 0; name < 10; ++name) resolver.ask("day" + std::to_string(day) + "n" + std::to_string(name));
      resolver.wait(15'000);
    }
  }
  CHECK(planner->state().wasted <= planner->state().misses * 0.1 + 100);
}

TEST_CASE("a device that reports at a fixed interval finds its answer there, though it expired long ago") {
  const auto planner = make_refresh_planner();
  Resolver resolver(*planner);
  std::vector<std::string> wished;
  for (int i = 0; i < 30; ++i) {
    resolver.ask("report", 9);
    wished = resolver.wait(600'000);
  }
  REQUIRE(wished == std::vector<std::string>{"report"});
  CHECK(planner->state().planned_for[static_cast<std::size_t>(RefreshPlanner::Reason::periodic)] >= 5);
}

}  // namespace
}  // namespace harbinger
