#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include <harbinger/access.h>
#include "mirror/own_answers.h"
#include "tests/lib/mirror/desk_world.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

struct Answers {
  FakeClock clock;
  std::vector<std::string> changed;
  bool was_there = false;  // when the change was told
  OwnAnswers own{clock, [this](std::string_view resource) {
                   changed.emplace_back(resource);
                   was_there = names("film.example") != "";
                 }};

  Result<void> say(std::vector<Publication::At> servers, std::uint64_t version, std::chrono::seconds lease = 60s) {
    Result<void> outcome = fail(ErrorCode::internal, "it never said so");
    own.publish({.resource = "film.example",
                 .cluster = "fra",
                 .servers = std::move(servers),
                 .lease = lease,
                 .version = version},
                [&](Result<void> heard) { outcome = std::move(heard); });
    return outcome;
  }
  std::string names(std::string_view resource, std::string_view cluster = "fra") {
    const auto* found = own.find(resource_hash(resource), own.cluster(cluster));
    std::string all;
    if (found)
      for (const auto& each : found->servers) all += each.server;
    return all;
  }
};

}  // namespace

TEST_CASE("a publication is in our answers at once, in its cluster only, and the change is told after") {
  Answers answers;
  CHECK(answers.names("film.example") == "");
  REQUIRE(answers.say({at("a"), at("b")}, 1));
  CHECK(answers.names("film.example") == "ab");
  CHECK(answers.names("film.example", "ams") == "");
  CHECK(answers.names("other.example") == "");
  CHECK(answers.changed == std::vector<std::string>{"film.example"});
  CHECK(answers.was_there);
}

TEST_CASE("of two publications the later one holds, in whatever order they come") {
  Answers answers;
  REQUIRE(answers.say({at("b")}, 2));
  const auto late = answers.say({at("a")}, 1);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::conflict);
  CHECK(answers.names("film.example") == "b");
  REQUIRE(answers.say({}, 3));
  CHECK_FALSE(answers.say({at("a")}, 2));
  CHECK(answers.names("film.example") == "");
}

TEST_CASE("a publication that nobody renews ends with its lease, and the change is told") {
  Answers answers;
  REQUIRE(answers.say({at("a")}, 1));
  answers.clock.advance(40s);
  REQUIRE(answers.say({at("a")}, 2));
  CHECK(answers.changed.size() == 1);  // a renewal changes no answer
  answers.clock.advance(59s);
  answers.own.tick();
  CHECK(answers.names("film.example") == "a");
  answers.clock.advance(1s);
  CHECK(answers.names("film.example") == "");
  answers.own.tick();
  CHECK(answers.changed.size() == 2);
  answers.own.tick();
  CHECK(answers.changed.size() == 2);
  CHECK_FALSE(answers.say({at("a")}, 1));
}

TEST_CASE("versions of what ended are not remembered for ever") {
  Answers answers;
  REQUIRE(answers.say({}, 5));
  answers.clock.advance(11min);
  answers.own.tick();
  CHECK(answers.say({at("a")}, 1));
}

TEST_CASE("readers see whole publications while they change") {
  FakeClock clock;
  OwnAnswers own(clock, {});
  const auto fra = own.cluster("fra");
  const auto film = resource_hash("film.example");
  std::atomic<bool> over = false;
  std::atomic<std::uint64_t> seen = 0, torn = 0;
  std::thread reader([&] {
    const rcu::Reader registered;
    while (!over) {
      // Every server's port is the version.
      if (const auto* found = own.find(film, fra)) {
        ++seen;
        for (const auto& each : found->servers) torn += each.port != found->version;
      }
      rcu::quiescent();
    }
  });
  for (std::uint16_t version = 1; version < 2000 || (seen == 0 && version < 60'000); ++version)
    own.publish({.resource = "film.example",
                 .cluster = "fra",
                 .servers = {at("a", version), at("b", version)},
                 .version = version},
                {});
  over = true;
  reader.join();
  CHECK(seen > 0);
  CHECK(torn == 0);
}
