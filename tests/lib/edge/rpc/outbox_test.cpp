// What waits to be sent, and what is shed.
#include <catch2/catch.hpp>

#include "edge/rpc/outbox.h"
#include "edge/rpc/tidy.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace std::chrono_literals;

namespace {

template <class Part>
std::span<const Part> span_of(const std::vector<Part>& parts) {
  return parts;
}

std::vector<Fetched> accesses(std::initializer_list<ClientKey> clients) {
  std::vector<Fetched> made;
  for (const auto client : clients) made.push_back({0, client, "r", Outcome::served, 0, 0});
  return made;
}

std::vector<JobDone> done(std::initializer_list<std::uint64_t> ids) {
  std::vector<JobDone> made;
  for (const auto id : ids) made.push_back({.id = id, .resource = "r", .why = {}});
  return made;
}

std::vector<Job> jobs(std::initializer_list<std::uint64_t> ids, std::uint32_t within_ms = 0) {
  std::vector<Job> made;
  for (const auto id : ids) made.push_back({.id = id, .resource = "r", .within_ms = within_ms});
  return made;
}

constexpr HubOutbox::Time kNow{1h};

}  // namespace

TEST_CASE("an edge's outbox sheds the oldest accesses first, what became of jobs last") {
  EdgeOutbox outbox(3);
  outbox.add(span_of(accesses({1, 2, 3})));
  outbox.add(span_of(done({1})));
  outbox.add(span_of(std::vector<Latency>(1)));
  CHECK(outbox.take_shed() == 2);
  outbox.add(span_of(done({2})));
  outbox.add(span_of(std::vector<Line>(1)));
  CHECK(outbox.take_shed() == 2);  // the access, then the line itself
  outbox.add(span_of(done({3, 4})));
  const auto words = outbox.take();
  CHECK(words.accesses.empty());
  CHECK(words.latencies.empty());
  REQUIRE(words.done.size() == 3);
  CHECK(words.done[0].id == 2);
  CHECK(outbox.take_shed() == 2);
  CHECK(outbox.empty());
}

TEST_CASE("a Status that waits takes in the next one without losing a count") {
  EdgeOutbox outbox(10);
  outbox.add({0.1, 10, 5, 100, 50, 1, 2, true});
  outbox.add({0.7, 1, 1, 10, 0, 8, 9, false});
  const auto status = outbox.take().status;
  REQUIRE(status);
  CHECK(status->load == 0.7);
  CHECK(status->requests == 11);
  CHECK(status->hits == 6);
  CHECK(status->bytes_served == 110);
  CHECK(status->bytes_origin == 50);
  CHECK(status->jobs_waiting == 8);
  CHECK_FALSE(status->takes_jobs);
  CHECK_FALSE(outbox.take().status);
}

TEST_CASE("what is too much for one message goes into the next, and no message is too large") {
  EdgeOutbox outbox(100'000);
  outbox.add(span_of(std::vector<Fetched>(10'000, {0, 1, std::string(255, 'a'), Outcome::served, 0, 0})));
  std::size_t taken = 0, messages = 0;
  for (; !outbox.empty(); ++messages) {
    const auto words = outbox.take();
    REQUIRE(words.accesses.size() > 0);
    REQUIRE(words.accesses.size() * 300 < 512 << 10);
    taken += words.accesses.size();
  }
  CHECK(taken == 10'000);
  CHECK(messages > 10);
  outbox.add(span_of(std::vector<Latency>(10'000)));
  CHECK(outbox.take().latencies.size() <= kMostParts);
}

TEST_CASE("a hub's outbox sheds lines first, then the oldest jobs") {
  HubOutbox outbox(2);
  outbox.add(span_of(std::vector<Line>(2)));
  outbox.add(span_of(jobs({1})), kNow);
  CHECK(outbox.take_shed() == 1);
  outbox.add(span_of(jobs({2, 3})), kNow);
  CHECK(outbox.take_shed() == 2);
  const auto words = outbox.take(kNow);
  CHECK(words.lines.empty());
  REQUIRE(words.jobs.size() == 2);
  CHECK(words.jobs[0].id == 2);
}

TEST_CASE("a job that waits has less time, and one whose time is over is not sent") {
  HubOutbox outbox(10);
  outbox.add(span_of(jobs({1}, 500)), kNow);
  outbox.add(span_of(jobs({2}, 2000)), kNow);
  outbox.add(span_of(jobs({3})), kNow);
  const auto words = outbox.take(kNow + 500ms);
  REQUIRE(words.jobs.size() == 2);
  CHECK(words.jobs[0].id == 2);
  CHECK(words.jobs[0].within_ms == 1500);
  CHECK(words.jobs[1].within_ms == 0);
  CHECK(outbox.take_shed() == 1);
}
