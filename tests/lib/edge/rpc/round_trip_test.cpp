// What edges and the server say arrives as it was said.
#include <catch2/catch.hpp>

#include "tests/lib/edge/rpc/hub_pair.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;

namespace {

UnixMillis time_now() {
  const auto since = harbinger::system_clock().calendar().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

}  // namespace

TEST_CASE("a Hello arrives with all its fields") {
  const HubPair pair;
  const auto uplink = pair.edge({"edge-1", "cdn-a", "fra", 1ULL << 40, 125'000'000, "harbinger-edge 0.1.0"});
  const auto& hello = pair.host->last().hello;
  CHECK(hello.name == "edge-1");
  CHECK(hello.endpoint == "cdn-a");
  CHECK(hello.cluster == "fra");
  CHECK(hello.cache_bytes == 1ULL << 40);
  CHECK(hello.bytes_per_second == 125'000'000);
  CHECK(hello.version == "harbinger-edge 0.1.0");
}

TEST_CASE("a Status arrives with all its fields") {
  const HubPair pair;
  const auto uplink = pair.edge(hello_of("edge-1"));
  uplink->status({0.25, 100, 60, 1'000'000, 400'000, 7, 3, false});
  auto& heard = pair.host->last();
  REQUIRE(soon(heard, [](const Heard& all) { return !all.statuses.empty(); }));
  const auto& status = heard.statuses[0];
  CHECK(status.load == 0.25);
  CHECK(status.requests == 100);
  CHECK(status.hits == 60);
  CHECK(status.bytes_served == 1'000'000);
  CHECK(status.bytes_origin == 400'000);
  CHECK(status.jobs_waiting == 7);
  CHECK(status.jobs_in_flight == 3);
  CHECK_FALSE(status.takes_jobs);
  uplink->status({});
  REQUIRE(soon(heard, [](const Heard& all) { return all.statuses.size() == 2; }));
  CHECK(heard.statuses[1].takes_jobs);
}

TEST_CASE("latencies arrive, of both families, as networks") {
  const HubPair pair;
  const auto uplink = pair.edge(hello_of("edge-1"));
  const std::vector<Latency> latencies{{IpAddress::parse("192.0.2.77").value(), 12.5F},
                                       {IpAddress::parse("2001:db8:1:2::7").value(), 80}};
  uplink->latencies(latencies);
  auto& heard = pair.host->last();
  REQUIRE(soon(heard, [](const Heard& all) { return all.latencies.size() == 2; }));
  CHECK(heard.latencies[0].client.to_string() == "192.0.2.0");
  CHECK(heard.latencies[0].rtt_ms == 12.5F);
  CHECK(heard.latencies[1].client.to_string() == "2001:db8:1::");
  CHECK(heard.latencies[1].rtt_ms == 80);
}

TEST_CASE("accesses arrive with all their fields and every outcome") {
  const HubPair pair;
  const auto uplink = pair.edge(hello_of("edge-1"));
  std::vector<Fetched> accesses;
  for (int i = 0; i <= static_cast<int>(Outcome::failed); ++i)
    accesses.push_back(
        {time_now(), 0xfedcba9876543210, "https://example.org/a#0+65536", static_cast<Outcome>(i), 4096, 1500});
  uplink->fetched(accesses);
  auto& heard = pair.host->last();
  REQUIRE(soon(heard, [&](const Heard& all) { return all.accesses.size() == accesses.size(); }));
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    CHECK(heard.accesses[i].at == accesses[i].at);
    CHECK(heard.accesses[i].client == accesses[i].client);
    CHECK(heard.accesses[i].resource == accesses[i].resource);
    CHECK(heard.accesses[i].outcome == accesses[i].outcome);
    CHECK(heard.accesses[i].size_bytes == 4096);
    CHECK(heard.accesses[i].latency_us == 1500);
  }
}

TEST_CASE("what became of jobs arrives with all its fields and every outcome") {
  const HubPair pair;
  const auto uplink = pair.edge(hello_of("edge-1"));
  std::vector<JobDone> done;
  for (int i = 0; i <= static_cast<int>(JobDone::Outcome::stopped); ++i)
    done.push_back({1ULL << 63, "https://example.org/a", static_cast<JobDone::Outcome>(i), 1ULL << 33, 250,
                    "the origin says 503"});
  uplink->done(done);
  auto& heard = pair.host->last();
  REQUIRE(soon(heard, [&](const Heard& all) { return all.done.size() == done.size(); }));
  for (std::size_t i = 0; i < done.size(); ++i) {
    CHECK(heard.done[i].id == 1ULL << 63);
    CHECK(heard.done[i].resource == "https://example.org/a");
    CHECK(heard.done[i].outcome == done[i].outcome);
    CHECK(heard.done[i].bytes == 1ULL << 33);
    CHECK(heard.done[i].took_ms == 250);
    CHECK(heard.done[i].why == "the origin says 503");
  }
}

TEST_CASE("lines arrive at both ends") {
  const HubPair pair;
  Told told;
  const auto uplink = pair.edge(hello_of("edge-1"), told.events());
  const std::vector<Line> lines{{"https://example.org/", {{"https://example.org/a", 0.75F}, {"/b", 0.125F}}},
                                {"https://example.org/a", {}}};
  uplink->lines(lines);
  auto& heard = pair.host->last();
  REQUIRE(soon(heard, [](const Heard& all) { return all.lines.size() == 2; }));
  CHECK(heard.lines[0].context == lines[0].context);
  CHECK(heard.lines[0].successors == lines[0].successors);
  CHECK(heard.lines[1].successors.empty());

  heard.link->send(std::span<const Line>(lines));
  REQUIRE(wait_until([&] {
    const std::lock_guard lock(told.mutex);
    return told.lines.size() == 2;
  }));
  CHECK(told.lines[0].context == lines[0].context);
  CHECK(told.lines[0].successors == lines[0].successors);
}

TEST_CASE("jobs arrive with all their fields, less the time that they waited") {
  const HubPair pair;
  Told told;
  const auto uplink = pair.edge(hello_of("edge-1"), told.events());
  Job job{1ULL << 63, Job::Kind::mirror, "https://example.org/a#0+65536", 0.875, 240, 65'536, 0, 77};
  Job hurried = job;
  hurried.kind = Job::Kind::prefetch;
  hurried.within_ms = 60'000;
  pair.host->last().link->send(std::span<const Job>(std::vector{job, hurried}));
  REQUIRE(wait_until([&] { return told.jobs_told() == 2; }));
  CHECK(told.jobs[0].id == job.id);
  CHECK(told.jobs[0].kind == Job::Kind::mirror);
  CHECK(told.jobs[0].resource == job.resource);
  CHECK(told.jobs[0].probability == 0.875);
  CHECK(told.jobs[0].benefit_ms == 240);
  CHECK(told.jobs[0].bytes == 65'536);
  CHECK(told.jobs[0].within_ms == 0);
  CHECK(told.jobs[0].client == 77);
  CHECK(told.jobs[1].kind == Job::Kind::prefetch);
  CHECK(told.jobs[1].within_ms <= 60'000);
  CHECK(told.jobs[1].within_ms > 30'000);
}

TEST_CASE("what a host says while an edge joins arrives after the edge is connected") {
  const HubPair pair;
  pair.host->greeting = {{.id = 5, .resource = "https://example.org/first"}};
  Told told;
  const auto uplink = pair.edge(hello_of("edge-1"), told.events());
  REQUIRE(wait_until([&] { return told.jobs_told() == 1; }));
  CHECK(told.jobs[0].id == 5);
  CHECK(told.connected == std::vector{true});
}

TEST_CASE("ten thousand accesses and jobs arrive, in order") {
  HubServerSettings settings;
  settings.most_waiting = 10'000;
  const HubPair pair(settings);
  Told told;
  const auto uplink = pair.edge(hello_of("edge-1"), told.events());
  std::vector<Fetched> accesses;
  std::vector<Job> jobs;
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    accesses.push_back({time_now(), i, "https://example.org/" + std::string(200, 'a'), Outcome::served, 0, 0});
    jobs.push_back({.id = i, .resource = "https://example.org/" + std::string(200, 'a')});
  }
  uplink->fetched(accesses);
  auto& heard = pair.host->last();
  heard.link->send(std::span<const Job>(jobs));
  REQUIRE(soon(heard, [](const Heard& all) { return all.accesses.size() == 10'000; }));
  REQUIRE(wait_until([&] { return told.jobs_told() == 10'000; }));
  CHECK(std::ranges::is_sorted(heard.accesses, {}, &Fetched::client));
  CHECK(std::ranges::is_sorted(told.jobs, {}, &Job::id));
}
