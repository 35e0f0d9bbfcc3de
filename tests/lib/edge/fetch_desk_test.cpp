#include "edge/fetch_desk.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

using namespace harbinger;
using namespace harbinger::edge;
using namespace std::chrono_literals;
using Became = JobDone::Outcome;

namespace {

struct Zero final : Random {
  std::uint64_t next() override { return 0; }
};

FetchEnd good(std::uint64_t bytes = 1000) {
  return {.outcome = Became::fetched, .bytes = bytes, .whole_bytes = bytes, .first_byte = 5ms, .took = 10ms};
}
FetchEnd bad(FetchEnd::Trouble whose) { return {.outcome = Became::failed, .trouble = whose, .why = "no response"}; }

Fetcher::Settings wide() {
  Fetcher::Settings settings;
  settings.fewest = 8;
  settings.most = 8;
  return settings;
}

// A desk, its clock, and what everybody was told.
struct Office {
  explicit Office(const Fetcher::Settings& settings = wide()) : desk(settings, random) {}

  std::uint64_t offer(Job job) {
    job.id = ++last_id;
    desk.offer(std::move(job), [](const JobDone&) {}, now);
    hear();
    return last_id;
  }
  std::uint64_t ask(const std::string& resource) { return offer({.resource = resource}); }
  std::vector<std::string> begin() {
    std::vector<std::string> keys;
    while (auto order = desk.next(now)) keys.push_back(order->key);
    hear();
    return keys;
  }
  void end(const std::string& key, const FetchEnd& how) {
    desk.ended(key, how, now);
    hear();
  }
  void fetch(const std::string& resource, const FetchEnd& how) {
    ask(resource);
    for (const auto& key : begin()) end(key, how);
  }
  void client(std::string_view resource, bool hit, bool keepable = true) {
    desk.foreground({.resource = resource, .bytes = 1000, .took_ms = 5, .hit = hit, .keepable = keepable}, now);
    hear();
  }
  void hear() {
    for (auto& [done, what] : desk.take_told()) {
      REQUIRE(told.emplace(what.id, what).second);  // once each
    }
  }
  bool heard(std::uint64_t id) const { return told.contains(id); }
  Became outcome(std::uint64_t id) const { return told.at(id).outcome; }

  Zero random;
  MonotonicTime now{1'000'000'000'000};
  FetchDesk desk;
  std::map<std::uint64_t, JobDone> told;
  std::uint64_t last_id = 0;
};

}  // namespace

TEST_CASE("the most worthwhile is fetched first, and everybody hears of it once") {
  Office office;
  const auto little = office.offer({.resource = "http://a/little", .probability = 0.1});
  const auto much = office.offer({.resource = "http://a/much", .probability = 0.9});
  CHECK(office.begin() == std::vector<std::string>{"a/much", "a/little"});
  office.end("a/much", good(70));
  CHECK(office.outcome(much) == Became::fetched);
  CHECK(office.told.at(much).bytes == 70);
  CHECK(office.told.at(much).took_ms == 10);
  CHECK_FALSE(office.heard(little));
  office.desk.stop();
  office.hear();
  CHECK(office.outcome(little) == Became::stopped);
}

TEST_CASE("who asks for what is fetched already joins that") {
  Office office;
  const auto first = office.ask("http://a/x");
  const auto second = office.ask("a/x");
  CHECK(office.begin().size() == 1);
  const auto third = office.ask("https://A/x");
  CHECK(office.begin().empty());
  office.end("a/x", good());
  CHECK(office.outcome(first) == Became::fetched);
  CHECK(office.outcome(second) == Became::cached);
  CHECK(office.outcome(third) == Became::cached);
  CHECK(office.told.at(second).bytes == 0);
  CHECK(office.desk.state(office.now).fetched == 1);

  // Not in any number.
  for (std::size_t i = 0; i < FetchDesk::kMostAskers; ++i) office.ask("http://a/y");
  CHECK(office.outcome(office.ask("http://a/y")) == Became::no_room);
}

TEST_CASE("what the cache holds is not asked for until it is stale") {
  Office office;
  auto how = good();
  how.fresh_for = 10s;
  office.fetch("http://a/x", how);
  CHECK(office.outcome(office.ask("http://a/x")) == Became::cached);
  CHECK(office.outcome(office.ask("http://a/x#0+100")) == Became::cached);
  office.now = office.now + 10s;
  CHECK_FALSE(office.heard(office.ask("http://a/x")));
  CHECK(office.begin() == std::vector<std::string>{"a/x"});
}

TEST_CASE("a part in the cache is not the whole") {
  Office office;
  office.fetch("http://a/x#0+100", good());
  CHECK(office.outcome(office.ask("http://a/x#0+100")) == Became::cached);
  CHECK_FALSE(office.heard(office.ask("http://a/x#100+100")));
  CHECK_FALSE(office.heard(office.ask("http://a/x")));
}

TEST_CASE("a client that comes first ends the job that waits for the same") {
  Office office;
  const auto job = office.ask("http://a/x");
  office.client("http://a/x", false);
  CHECK(office.outcome(job) == Became::wanted_first);
  CHECK(office.begin().empty());
  // The client's miss has filled the cache.
  CHECK(office.outcome(office.ask("http://a/x")) == Became::cached);
  // One that went wrong has not.
  const auto other = office.ask("http://a/y");
  office.client("http://a/y", false, false);
  CHECK_FALSE(office.heard(other));
}

TEST_CASE("what clients had from the cache thanks to us is counted once") {
  Office office;
  office.fetch("http://a/x", good());
  office.client("http://a/x", true);
  office.client("http://a/x", true);
  CHECK(office.desk.state(office.now).useful == 1);
  office.fetch("http://a/part#0+100", good());
  office.client("http://a/part#0+100", true);
  CHECK(office.desk.state(office.now).useful == 2);
  office.fetch("http://a/whole", good());
  office.client("http://a/whole#0+10", true);
  office.client("http://a/whole#10+10", true);
  CHECK(office.desk.state(office.now).useful == 3);
  // A miss is not thanks to us.
  office.fetch("http://a/gone", good());
  office.client("http://a/gone", false);
  CHECK(office.desk.state(office.now).useful == 3);
  CHECK(office.desk.unused() == 1);
}

TEST_CASE("who asks for what comes too late is told so when it is") {
  auto settings = wide();
  settings.fewest = settings.most = 1;
  Office office(settings);
  office.ask("http://a/first");
  REQUIRE(office.begin().size() == 1);
  const auto late = office.offer({.resource = "http://a/second", .within_ms = 100});
  office.now = office.now + 99ms;
  office.begin();
  CHECK_FALSE(office.heard(late));
  office.now = office.now + 1ms;
  office.begin();
  CHECK(office.outcome(late) == Became::late);
}

TEST_CASE("the least worthwhile makes room, and is told") {
  auto settings = wide();
  settings.waiting = 2;
  Office office(settings);
  const auto least = office.offer({.resource = "http://a/1", .probability = 0.1});
  office.offer({.resource = "http://a/2", .probability = 0.5});
  office.offer({.resource = "http://a/3", .probability = 0.9});
  CHECK(office.outcome(least) == Became::no_room);
  CHECK(office.outcome(office.offer({.resource = "http://a/4", .probability = 0.2})) == Became::no_room);
  CHECK(office.desk.state(office.now).waiting == 2);
}

TEST_CASE("what nobody can fetch is refused with a reason") {
  Office office;
  const auto job = office.ask("example.org");
  CHECK(office.outcome(job) == Became::refused);
  CHECK_THAT(office.told.at(job).why, Catch::Contains("write http://host/path"));
}

TEST_CASE("what was refused is not asked for again for a minute") {
  Office office;
  office.fetch("http://a/x", {.outcome = Became::refused, .why = "status 404"});
  const auto again = office.ask("http://a/x");
  CHECK(office.outcome(again) == Became::refused);
  CHECK_THAT(office.told.at(again).why, Catch::StartsWith("status 404"));
  office.now = office.now + 60s;
  CHECK_FALSE(office.heard(office.ask("http://a/x")));
}

TEST_CASE("jobs for a host in trouble wait for its pause, those for others do not") {
  Office office;
  office.fetch("http://dead/1", bad(FetchEnd::Trouble::origin));
  const auto waits = office.ask("http://dead/2");
  const auto too = office.ask("http://dead/3");
  const auto late = office.offer({.resource = "http://dead/4", .within_ms = 100});
  office.ask("http://alive/1");
  CHECK(office.begin() == std::vector<std::string>{"alive/1"});
  CHECK(office.desk.state(office.now).waiting == 3);
  office.now = office.now + 250ms;
  // One tries.
  const auto tries = office.begin();
  CHECK(office.outcome(late) == Became::late);
  REQUIRE(tries.size() == 1);
  office.end(tries[0], good());
  CHECK(office.begin().size() == 1);
  CHECK((office.heard(waits) || office.heard(too)));
  CHECK_FALSE((office.heard(waits) && office.heard(too)));
}

TEST_CASE("any number of jobs for dead hosts leaves room for those of others") {
  auto settings = wide();
  settings.waiting = 1000;
  Office office(settings);
  for (int host = 0; host < 30; ++host) {
    const std::string name = "http://dead" + std::to_string(host);
    office.ask(name + "/0");
    for (const auto& key : office.begin()) office.end(key, bad(FetchEnd::Trouble::origin));
    for (int job = 1; job < 500; ++job) office.ask(name + "/" + std::to_string(job));
  }
  CHECK(office.desk.state(office.now).waiting <= FetchDesk::kMostParked * FetchDesk::kMostParkedHosts);
  CHECK_FALSE(office.heard(office.offer({.resource = "http://alive/1", .probability = 0.01})));
}

TEST_CASE("nothing is asked of a cache that is gone, until one finds it back") {
  Office office;
  office.fetch("http://a/1", bad(FetchEnd::Trouble::cache));
  office.ask("http://a/2");
  office.ask("http://b/3");
  CHECK(office.begin().empty());
  CHECK(office.desk.state(office.now).in_trouble);
  office.now = office.now + 250ms;
  CHECK_FALSE(office.desk.state(office.now).in_trouble);
  const auto tries = office.begin();
  REQUIRE(tries.size() == 1);
  office.end(tries[0], bad(FetchEnd::Trouble::cache));
  CHECK(office.desk.state(office.now).in_trouble);
  office.now = office.now + 500ms;
  const auto again = office.begin();
  REQUIRE(again.size() == 1);
  office.end(again[0], good());
  CHECK_FALSE(office.desk.state(office.now).in_trouble);
  office.ask("http://b/4");
  CHECK(office.begin().size() == 1);
}

TEST_CASE("an origin that fails again and again is trouble, a single page that fails is not") {
  Office office;
  office.fetch("http://a/1", bad(FetchEnd::Trouble::origin));
  CHECK_FALSE(office.desk.state(office.now).in_trouble);
  office.now = office.now + 250ms;
  office.fetch("http://a/2", bad(FetchEnd::Trouble::origin));
  CHECK(office.desk.state(office.now).in_trouble);
  office.now = office.now + 500ms;
  CHECK_FALSE(office.desk.state(office.now).in_trouble);
  office.fetch("http://a/3", good());
  CHECK_FALSE(office.desk.state(office.now).in_trouble);
}

TEST_CASE("parts of what comes whole anyway become one job for the whole") {
  Office office;
  const auto first = office.ask("http://a/film#0+100");
  REQUIRE(office.begin() == std::vector<std::string>{"a/film#0+100"});
  const auto second = office.ask("http://a/film#100+100");
  auto how = good(100);
  how.ignored_range = true;
  office.end("a/film#0+100", how);
  CHECK(office.outcome(first) == Became::fetched);
  const auto third = office.ask("http://a/film#200+100");
  CHECK(office.begin() == std::vector<std::string>{"a/film"});
  office.end("a/film", good(10'000));
  CHECK(office.heard(second));
  CHECK(office.heard(third));
  CHECK(office.outcome(office.ask("http://a/film#300+100")) == Became::cached);
  // Later its ranges are tried again.
  office.now = office.now + 10min;
  office.ask("http://a/film#400+100");
  CHECK(office.begin() == std::vector<std::string>{"a/film#400+100"});
}

TEST_CASE("a client's budget ends a job, that of all delays it") {
  auto settings = wide();
  settings.budget.requests_per_client = {.per_second = 1, .burst = 1};
  settings.budget.requests_global = {.per_second = 10, .burst = 2};
  Office office(settings);
  office.offer({.resource = "http://a/1", .probability = 0.9, .client = 7});
  const auto greedy = office.offer({.resource = "http://a/2", .probability = 0.8, .client = 7});
  office.offer({.resource = "http://a/3", .probability = 0.7, .client = 8});
  const auto delayed = office.offer({.resource = "http://a/4", .probability = 0.6, .client = 9});
  CHECK(office.begin().size() == 2);
  CHECK(office.outcome(greedy) == Became::over_budget);
  CHECK_FALSE(office.heard(delayed));
  office.now = office.now + 100ms;
  CHECK(office.begin() == std::vector<std::string>{"a/4"});
}

TEST_CASE("what is larger than all of the budget is over it, and does not hold up the others") {
  auto settings = wide();
  settings.budget.bytes_global = {.per_second = 1000, .burst = 1000};
  Office office(settings);
  const auto large = office.offer({.resource = "http://a/large", .probability = 0.9, .bytes = 5000});
  office.offer({.resource = "http://a/small", .probability = 0.1, .bytes = 500});
  CHECK(office.begin() == std::vector<std::string>{"a/small"});
  CHECK(office.outcome(large) == Became::over_budget);
}

TEST_CASE("what is no number does no harm") {
  Office office;
  const double odd[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -1};
  for (const double value : odd)
    office.offer({.resource = "http://a/" + std::to_string(value),
                  .probability = value,
                  .benefit_ms = value,
                  .bytes = ~std::uint64_t{0}});
  CHECK(office.begin().size() == 3);
}
