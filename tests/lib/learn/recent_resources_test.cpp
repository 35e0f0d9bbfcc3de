#include <catch2/catch.hpp>

#include <thread>
#include <vector>

#include <harbinger/recent_resources.h>

using namespace harbinger;
using namespace std::chrono_literals;

namespace {
constexpr MonotonicTime kStart{1'000'000'000};
}

TEST_CASE("recent resources come newest first, each once in a row") {
  RecentResources recent({});
  for (const std::uint64_t resource : {10, 11, 11, 12}) CHECK(recent.note(7, resource, kStart));
  const auto trail = recent.of(7, kStart + 1s);
  REQUIRE(trail.size == 3);
  CHECK(trail.resources[0] == 12);
  CHECK(trail.resources[2] == 10);
  CHECK(trail.before(12) == 11);
  CHECK(trail.before(13) == 12);
  CHECK(trail.has(10));
  CHECK_FALSE(trail.has(13));
  CHECK(recent.of(8, kStart).size == 0);
}

TEST_CASE("only the latest few are kept") {
  RecentResources recent({});
  for (std::uint64_t resource = 1; resource <= 20; ++resource) recent.note(7, resource, kStart);
  const auto trail = recent.of(7, kStart);
  REQUIRE(trail.size == RecentResources::kKept);
  CHECK(trail.resources[0] == 20);
  CHECK_FALSE(trail.has(14));
}

TEST_CASE("a long pause ends what is remembered of a client") {
  RecentResources recent({.session_gap = 30min});
  recent.note(7, 1, kStart);
  CHECK(recent.of(7, kStart + 29min).size == 1);
  CHECK(recent.of(7, kStart + 31min).size == 0);
  recent.note(7, 2, kStart + 31min);
  CHECK(recent.of(7, kStart + 31min).size == 1);
}

TEST_CASE("clients that need the same line take it from each other and are never mixed up") {
  RecentResources recent({.clients = 1});
  recent.note(7, 1, kStart);
  recent.note(8, 2, kStart);
  CHECK(recent.of(7, kStart).size == 0);
  const auto trail = recent.of(8, kStart);
  REQUIRE(trail.size == 1);
  CHECK(trail.resources[0] == 2);
}

TEST_CASE("a client that floods is told so for the rest of the second") {
  RecentResources recent({.most_per_second = 10});
  int taken = 0;
  for (std::uint64_t i = 1; i <= 100; ++i) taken += recent.note(7, i, kStart);
  CHECK(taken == 10);
  CHECK(recent.note(8, 1, kStart));
  CHECK(recent.note(7, 1, kStart + 1s));
}

TEST_CASE("nobody in particular has no trail") {
  RecentResources recent({});
  CHECK(recent.note(0, 5, kStart));
  CHECK(recent.of(0, kStart).size == 0);
}

TEST_CASE("workers that write for different clients at once never show one the resources of another") {
  RecentResources recent({.clients = 4, .most_per_second = 1'000'000});
  std::atomic<bool> mixed{false};
  std::vector<std::thread> workers;
  for (ClientKey client = 1; client <= 4; ++client)
    workers.emplace_back([&, client] {
      for (std::uint64_t i = 0; i < 20'000; ++i) {
        recent.note(client * 4, client * 1'000'000 + i, kStart);  // all in one line
        const auto trail = recent.of(client * 4, kStart);
        for (std::size_t j = 0; j < trail.size; ++j)
          if (trail.resources[j] / 1'000'000 != client) mixed = true;
      }
    });
  for (auto& worker : workers) worker.join();
  CHECK_FALSE(mixed);
}
