#include <catch2/catch.hpp>

#include "edge/decider.h"
#include "tests/support/drive.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kSize = 10'000;

struct Desk {
  explicit Desk(Decider::Settings settings = {}) : decider(std::move(settings)) {}

  std::vector<Job> expect(std::initializer_list<std::pair<const char*, double>> likely) {
    std::vector<Expected> expected;
    for (const auto& [resource, probability] : likely)
      expected.push_back({resource, probability, probability, 100, kSize});
    return decider.decide(1, expected, clock.now());
  }
  void fetched(const Job& job) { decider.done({job.id, job.resource, JobDone::Outcome::fetched, kSize, 50, ""}); }
  void wants(const char* resource, bool from_cache = true) { decider.wanted({resource, kSize, 1, from_cache}); }

  FakeClock clock;
  Decider decider;
};

std::vector<std::string> resources(const std::vector<Job>& jobs) {
  std::vector<std::string> all;
  for (const auto& job : jobs) all.push_back(job.resource);
  return all;
}

}  // namespace

TEST_CASE("the likeliest is fetched first, what is unlikely never") {
  Desk desk;
  const auto jobs = desk.expect({{"http://h/b", 0.3}, {"http://h/a", 0.8}, {"http://h/c", 0.05}, {"a.name", 0.9}});
  CHECK(resources(jobs) == std::vector<std::string>{"http://h/a", "http://h/b"});
  CHECK(jobs[0].probability == Approx(0.8));
  CHECK(jobs[0].bytes == kSize);
  CHECK(jobs[0].within_ms >= 1000);
}

TEST_CASE("what is on its way or there already is not decided again, until a client came for it") {
  Desk desk;
  const auto jobs = desk.expect({{"http://h/a", 0.8}});
  REQUIRE(jobs.size() == 1);
  CHECK(desk.expect({{"http://h/a", 0.9}}).empty());
  desk.fetched(jobs[0]);
  CHECK(desk.expect({{"http://h/a", 0.9}}).empty());
  desk.wants("http://h/a");
  CHECK(desk.decider.books().useful == 1);
  CHECK(desk.expect({{"http://h/a", 0.9}}).size() == 1);
}

TEST_CASE("what is on the skip list is never fetched ahead") {
  Decider::Settings settings;
  settings.skip = {"*logout*"};
  Desk desk(settings);
  CHECK(resources(desk.expect({{"http://h/logout?x", 0.9}, {"http://h/a", 0.5}})) ==
        std::vector<std::string>{"http://h/a"});
  CHECK(desk.decider.books().skipped == 1);
}

TEST_CASE("prefetches waste no more than a share of what clients fetch") {
  Decider::Settings settings;
  settings.waste = {.share = 0.25, .least = 0.1, .most = 1 << 20, .begin = 0, .comfort = 1};
  Desk desk(settings);
  CHECK(desk.expect({{"http://h/x", 0.5}}).empty());  // nothing was earned yet
  std::uint64_t fetched = 0, expected_waste = 0;
  for (int i = 0; i < 1000; ++i) {
    desk.wants("http://h/kept");  // costs the origin nothing, and earns nothing
    desk.wants("http://h/other", false);
    fetched += kSize;
    const auto resource = "http://h/" + std::to_string(i);
    std::vector<Expected> expected{{resource, 0.5, 0.5, 100, kSize}};
    for (const auto& job : desk.decider.decide(1, expected, desk.clock.now())) {
      expected_waste += kSize / 2;
      desk.fetched(job);
    }
  }
  CHECK(expected_waste <= fetched / 4);
  CHECK(expected_waste >= fetched / 5);
}

TEST_CASE("where probabilities promise too much, prefetching gets dearer") {
  Decider::Settings settings;
  settings.patience = 60s;
  Desk desk(settings);
  for (int i = 0; i < 50; ++i) {
    const auto resource = "http://h/" + std::to_string(i);
    for (const auto& job : desk.expect({{resource.c_str(), 0.9}})) desk.fetched(job);
  }
  desk.clock.advance(61s);
  desk.decider.tend(desk.clock.now());
  const auto books = desk.decider.books();
  CHECK(books.in_vain == 50);
  CHECK(books.bytes_in_vain == 50 * kSize);
  CHECK(books.dearness == Approx(8));  // ten times as much in vain as was said; the most that is believed
  CHECK(books.open == 0);
}

TEST_CASE("a job that was not carried out costs nothing") {
  Decider::Settings settings;
  settings.waste = {.share = 0, .least = 0.1, .most = 1 << 20, .begin = kSize / 2, .comfort = 1};
  Desk desk(settings);
  const auto jobs = desk.expect({{"http://h/a", 0.5}});
  REQUIRE(jobs.size() == 1);
  CHECK(desk.expect({{"http://h/b", 0.5}}).empty());
  desk.decider.done({jobs[0].id, jobs[0].resource, JobDone::Outcome::cached, 0, 0, ""});
  CHECK(desk.expect({{"http://h/b", 0.5}}).size() == 1);
}
