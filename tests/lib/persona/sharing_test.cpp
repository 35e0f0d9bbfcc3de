#include "persona/sharing.h"

#include <catch2/catch.hpp>
#include <mutex>
#include <set>

#include <tests/support/persona_bench.h>

using namespace harbinger;
using namespace std::chrono_literals;
using test::EngineBench;

namespace {

struct Two {
  std::shared_ptr<test::SharedMemory> memory = std::make_shared<test::SharedMemory>();
  EngineBench one, other;
  Two() {
    one.shared = other.shared = memory;
    other.random = test::ScriptedRandom(99);
    one.start();
    other.start();
  }
};

}  // namespace

TEST_CASE("a client has the same token and persona with every engine") {
  Two two;
  two.one.acts(7, "video.example", 5);
  const auto there = two.one.ask(7);
  const auto here = two.other.ask(7, there.token);
  CHECK(here.token == there.token);
  CHECK(here.persona == 1);
  CHECK(here.expires == there.expires);
  two.other.engine->catch_up();
  CHECK(two.other.metric("tokens_total", "kept") == 1);
}

TEST_CASE("an engine goes on with a client where another one stopped") {
  Two two;
  two.one.acts(7, "quiet.example", 1);
  two.one.clock.advance(6s);  // others are told every few seconds
  two.one.acts(7, "quiet.example", 1);
  CHECK(two.other.ask(7).persona == 0);
  two.other.acts(7, "game.example", 1);
  CHECK(two.other.ask(7).persona == 2);  // its third act, of which two were elsewhere
}

TEST_CASE("a change at one engine is known to the others that know the client") {
  Two two;
  two.one.acts(7, "video.example", 5);
  const auto before = two.one.ask(7);
  two.other.ask(7);
  std::vector<PersonaAssignment> told;
  const auto handle = two.other.engine->watch([&](const PersonaUpdate& update) {
    told.insert(told.end(), update.assignments.begin(), update.assignments.end());
  });
  two.other.engine->catch_up();
  told.clear();
  two.one.clock.advance(1s);
  two.one.acts(7, "game.example", 1);
  two.one.engine->catch_up();
  two.other.engine->catch_up();
  const auto after = two.one.ask(7);
  CHECK(after.token != before.token);
  REQUIRE(told.size() == 1);
  CHECK(told[0].token == after.token);
  CHECK(two.other.ask(7, after.token).token == after.token);
}

TEST_CASE("a token that another engine took back is gone here, though it would have lived longer") {
  Two two;
  two.one.acts(7, "video.example", 100);
  const auto before = two.one.ask(7);
  two.one.clock.advance(10s);
  const PersonaAssignment news{
      .client = 7, .persona = 2, .token = {42}, .expires = two.one.clock.millis() + 300'000, .confidence = 0.5F};
  REQUIRE(news.expires < before.expires);
  test::PlainShare(two.memory).publish(news);
  two.one.engine->catch_up();
  CHECK(two.one.ask(7, before.token).token == news.token);
  CHECK(two.one.ask(7).persona == 2);
}

TEST_CASE("two engines that give a client a token at once agree on one") {
  Two two;
  two.memory->away = true;  // for look-ups
  // Both know the client from its acts, so neither looks it up before it answers.
  two.one.acts(7, "video.example", 5);
  two.other.acts(7, "video.example", 5);
  const auto here = two.one.ask(7), there = two.other.ask(7);
  CHECK((here.token == two.one.ask(7).token || there.token == two.one.ask(7).token));
  for (int i = 0; i < 2; ++i) {
    two.one.engine->catch_up();
    two.other.engine->catch_up();
  }
  CHECK(two.one.ask(7).token == two.other.ask(7).token);
}

TEST_CASE("an engine that keeps its own of two tokens says so, as the other one may not have heard of it") {
  Two two;
  two.one.acts(7, "video.example", 5);
  const auto ours = two.one.ask(7);
  // Made at once elsewhere, and written later.
  auto theirs = ours;
  theirs.token = {42};
  theirs.expires = ours.expires - 1;
  test::PlainShare(two.memory).publish(theirs);
  two.one.engine->catch_up();
  CHECK(two.one.ask(7).token == ours.token);
  const std::lock_guard guard(two.memory->mutex);
  CHECK(two.memory->clients[7].assignment->token == ours.token);
}

TEST_CASE("servers hear of the token that two engines have agreed on, though the persona is the same") {
  Two two;
  two.memory->away = true;
  std::mutex mutex;
  std::set<PersonaToken> told;
  const auto hear = [&](const PersonaUpdate& update) {
    const std::lock_guard guard(mutex);
    for (const auto& each : update.assignments) told.insert(each.token);
  };
  const auto at_one = two.one.engine->watch(hear), at_other = two.other.engine->watch(hear);
  two.one.acts(7, "video.example", 5);
  two.other.acts(7, "video.example", 5);
  const auto here = two.one.ask(7), there = two.other.ask(7);
  REQUIRE(here.persona == there.persona);
  for (int i = 0; i < 2; ++i) {
    two.one.engine->catch_up();
    two.other.engine->catch_up();
  }
  const auto agreed = two.one.ask(7).token;
  const std::lock_guard guard(mutex);
  CHECK((here.token == there.token || told.contains(agreed)));
}

TEST_CASE("what a share says that cannot be is not believed") {
  EngineBench bench;
  bench.shared = std::make_shared<test::SharedMemory>();
  auto& known = bench.shared->clients[7];
  SECTION("a token that lives for years") {
    known.assignment =
        PersonaAssignment{.client = 7, .persona = 1, .token = {1}, .expires = INT64_MAX, .confidence = 1};
  }
  SECTION("another client's") {
    known.assignment = PersonaAssignment{
        .client = 8, .persona = 1, .token = {1}, .expires = bench.clock.millis() + 60'000, .confidence = 1};
  }
  SECTION("a profile that is none") { known.profile.assign(392, 0xff); }
  bench.start();
  const auto got = bench.ask(7);
  CHECK(got.persona == 0);
  CHECK(got.token[0] != 1);
  CHECK(got.expires == bench.clock.millis() + 300'000);
}

TEST_CASE("clusters that another engine made are taken over with their names") {
  Two two;
  CHECK(two.one.engine->rename("viewer", "cinema"));
  test::PlainClusters clusters;
  CHECK(clusters.rename("viewer", "theatre"));
  const auto octets = clusters.save();
  test::PlainShare(two.memory).publish_table("clusters", 5, octets);
  two.one.engine->catch_up();
  CHECK(two.one.engine->list().at(0).name == "theatre");
  const std::vector<std::uint8_t> nonsense{1, 2, 3};
  test::PlainShare(two.memory).publish_table("clusters", 6, nonsense);
  two.one.engine->catch_up();
  CHECK(two.one.engine->list().at(0).name == "theatre");
}
