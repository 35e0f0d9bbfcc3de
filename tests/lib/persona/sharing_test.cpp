#include "persona/sharing.h"

#include <catch2/catch.hpp>
#include <mutex>
#include <set>

#include <tests/support/persona_bench.h>

#include "persona/client_record.h"

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

// Empty for what is no profile.
persona::ClientProfile profile_in(const std::vector<std::uint8_t>& octets) {
  persona::ClientProfile profile;
  persona::unpack_profile(octets, profile);
  return profile;
}

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
  two.one.acts(7, "quiet.example", 8);
  two.one.clock.advance(61s);  // others are told every minute
  two.one.acts(7, "quiet.example", 1);
  CHECK(two.other.ask(7).persona == 0);
  two.other.acts(7, "game.example", 1);
  CHECK(two.other.ask(7).persona == 2);  // its tenth act, of which nine were elsewhere
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
  const auto later = static_cast<std::uint64_t>(two.one.clock.millis()) + 1;
  test::PlainShare(two.memory).publish_table("clusters", later, octets);
  two.one.engine->catch_up();
  CHECK(two.one.engine->list().at(0).name == "theatre");
  const std::vector<std::uint8_t> nonsense{1, 2, 3};
  test::PlainShare(two.memory).publish_table("clusters", later + 1, nonsense);
  two.one.engine->catch_up();
  CHECK(two.one.engine->list().at(0).name == "theatre");
}

TEST_CASE("what an engine knows of a client from few acts does not replace what others know") {
  EngineBench bench;
  bench.shared = std::make_shared<test::SharedMemory>();
  bench.start();
  const auto published = [&] {
    bench.engine->catch_up();
    const std::lock_guard guard(bench.shared->mutex);
    return test::PlainClusters::acts(profile_in(bench.shared->clients[7].profile));
  };
  bench.acts(7, "video.example", 5);
  bench.clock.advance(61s);
  bench.acts(7, "video.example", 2);
  CHECK(published() == 0);
  bench.acts(7, "video.example", 1);
  CHECK(published() == 8);
}

TEST_CASE("others are told of a client's profile once a minute, however much it does") {
  EngineBench bench;
  bench.shared = std::make_shared<test::SharedMemory>();
  bench.start();
  int news = 0;
  std::vector<std::uint8_t> before;
  for (int second = 0; second < 181; ++second) {
    bench.acts(7, "video.example", 10);
    const std::lock_guard guard(bench.shared->mutex);
    if (std::exchange(before, bench.shared->clients[7].profile) != bench.shared->clients[7].profile) ++news;
    bench.clock.advance(1s);
  }
  CHECK(news == 3);
}

TEST_CASE("a token of an engine whose clock is a little ahead is believed") {
  EngineBench bench;
  bench.shared = std::make_shared<test::SharedMemory>();
  const auto ahead = GENERATE(50, 30'000, 61'000);
  const PersonaAssignment known{
      .client = 7, .persona = 1, .token = {1}, .expires = bench.clock.millis() + 900'000 + ahead, .confidence = 1};
  bench.shared->clients[7].assignment = known;
  bench.start();
  CHECK((bench.ask(7).token == known.token) == (ahead < 60'000));
}

TEST_CASE("who asks about a client does not wait long for a share that does not answer") {
  std::promise<PersonaAssignment> assigned;
  EngineBench bench;
  bench.shared = std::make_shared<test::SharedMemory>();
  bench.shared->away = true;
  bench.start();
  PersonaAsk ask;
  ask.client = 5;
  bench.engine->assign(std::span(&ask, 1), [&](const auto& got) { assigned.set_value(got.value().at(0)); });
  auto answer = assigned.get_future();
  CHECK(answer.wait_for(0s) == std::future_status::timeout);
  // The clock stands still otherwise; the ask may not be taken up yet.
  for (int tries = 0; tries < 10'000 && answer.wait_for(1ms) == std::future_status::timeout; ++tries)
    bench.clock.advance(5ms);
  REQUIRE(answer.wait_for(0s) == std::future_status::ready);
  CHECK(answer.get().token != PersonaToken{});
}

TEST_CASE("a token that another engine takes back right after it was given is gone here, too") {
  EngineBench bench;
  bench.shared = std::make_shared<test::SharedMemory>();
  bench.start();
  bench.acts(7, "quiet.example", 1);
  PersonaAssignment news{
      .client = 7, .persona = 1, .token = {1}, .expires = bench.clock.millis() + 900'000, .confidence = 0.5F};
  test::PlainShare other(bench.shared);
  other.publish(news);
  bench.engine->catch_up();
  CHECK(bench.ask(7).token == news.token);
  bench.clock.advance(200ms);
  news = {.client = 7, .persona = 2, .token = {2}, .expires = bench.clock.millis() + 300'000, .confidence = 0.5F};
  other.publish(news);
  bench.engine->catch_up();
  CHECK(bench.ask(7).token == news.token);
  CHECK(bench.ask(7).persona == 2);
}

TEST_CASE("engines that only hear of two tokens given at once keep the same one as those that gave them") {
  Two two;
  EngineBench third;
  third.shared = two.memory;
  third.start();
  for (auto* each : {&two.one, &two.other, &third}) each->acts(7, "video.example", 5);
  two.one.ask(7);
  two.other.ask(7);
  for (int i = 0; i < 3; ++i)
    for (auto* each : {&two.one, &two.other, &third}) each->engine->catch_up();
  const auto agreed = two.one.ask(7).token;
  CHECK(two.other.ask(7).token == agreed);
  CHECK(third.ask(7).token == agreed);
  CHECK(two.memory->clients[7].assignment->token == agreed);
}
