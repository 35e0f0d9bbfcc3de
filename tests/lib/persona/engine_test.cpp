#include "persona/engine.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include <tests/support/persona_bench.h>

using namespace harbinger;
using namespace std::chrono_literals;
using test::EngineBench;

namespace {

constexpr UnixMillis kMinute = 60'000;

bool version_four(const PersonaToken& token) { return token[6] >> 4 == 4 && token[8] >> 6 == 2; }

}  // namespace

TEST_CASE("a client of whom nothing is known gets the default persona and a token for five minutes") {
  EngineBench bench;
  bench.start();
  const auto assignment = bench.ask(7);
  CHECK(assignment.client == 7);
  CHECK(assignment.persona == 0);
  CHECK(version_four(assignment.token));
  CHECK(assignment.expires == bench.clock.millis() + 5 * kMinute);
  CHECK(bench.ask(8).token != assignment.token);
}

TEST_CASE("a client is of the persona that its acts say, and steady ones keep their token longer") {
  EngineBench bench;
  bench.start();
  bench.acts(7, "video.example", 10);
  bench.acts(8, "video.example", 200);
  CHECK(bench.ask(7).persona == 1);
  CHECK(bench.ask(7).expires == bench.clock.millis() + 6 * kMinute);
  CHECK(bench.ask(8).expires == bench.clock.millis() + 15 * kMinute);
}

TEST_CASE("a token is renewed when its client asks after two thirds of its life, not before") {
  EngineBench bench;
  bench.start();
  const auto first = bench.ask(7);
  bench.clock.advance(199s);
  CHECK(bench.ask(7, first.token).token == first.token);
  CHECK(bench.ask(7, first.token).expires == first.expires);
  bench.clock.advance(2s);
  const auto second = bench.ask(7, first.token);
  CHECK(second.token != first.token);
  CHECK(second.expires == bench.clock.millis() + 5 * kMinute);
  bench.engine->catch_up();
  CHECK(bench.metric("tokens_total", "kept") == 3);
  CHECK(bench.metric("tokens_total", "renewed") == 1);
}

TEST_CASE("a foreign, expired or unknown token is counted as that, and is worth nothing") {
  EngineBench bench;
  bench.start();
  bench.acts(1, "game.example", 5);
  const auto mine = bench.ask(1), yours = bench.ask(2);
  const auto got = bench.ask(2, mine.token);
  CHECK(got.persona == 0);
  CHECK(got.token == yours.token);
  bench.clock.advance(301s);
  const auto fresh = bench.ask(2, yours.token);
  CHECK(fresh.token != yours.token);
  CHECK(bench.ask(3, mine.token).persona == 0);
  CHECK(bench.ask(3, mine.token).token != mine.token);
  bench.engine->catch_up();
  CHECK(bench.metric("tokens_total", "foreign") == 2);
  CHECK(bench.metric("tokens_total", "expired") == 1);
  CHECK(bench.metric("tokens_total", "unknown") == 1);
}

TEST_CASE("a client that changes loses its token at once, and watchers hear of the new one") {
  EngineBench bench;
  bench.start();
  std::mutex mutex;
  std::vector<PersonaAssignment> told;
  std::size_t catalogues = 0;
  auto handle = bench.engine->watch([&](const PersonaUpdate& update) {
    const std::lock_guard guard(mutex);
    told.insert(told.end(), update.assignments.begin(), update.assignments.end());
    catalogues += update.has_catalogue;
  });
  bench.acts(7, "video.example", 5);
  const auto before = bench.ask(7);
  bench.acts(7, "game.example", 1);
  bench.engine->catch_up();
  const auto after = bench.ask(7, before.token);
  CHECK(before.persona == 1);
  CHECK(after.persona == 2);
  CHECK(after.token != before.token);
  CHECK(bench.engine->state().invalidations == 1);
  {
    const std::lock_guard guard(mutex);
    REQUIRE(told.size() == 1);
    CHECK(told[0].token == after.token);
    CHECK(catalogues == 1);
  }
  handle.reset();
  bench.acts(7, "video.example", 1);
  bench.engine->catch_up();
  CHECK(told.size() == 1);
}

TEST_CASE("nobody is told of a client that holds no token") {
  EngineBench bench;
  bench.start();
  int told = 0;
  const auto handle = bench.engine->watch([&](const PersonaUpdate& update) { told += !update.assignments.empty(); });
  bench.acts(7, "video.example", 5);
  bench.acts(7, "game.example", 5);
  bench.engine->catch_up();
  CHECK(told == 0);
  CHECK(bench.engine->state().invalidations == 0);
}

TEST_CASE("who watches later is told of everybody who holds a token") {
  EngineBench bench;
  bench.settings.clients = 10'000;
  bench.start();
  for (ClientKey client = 1; client <= 9000; ++client) bench.ask(client);
  std::set<ClientKey> told;
  const auto handle = bench.engine->watch([&](const PersonaUpdate& update) {
    for (const auto& each : update.assignments) told.insert(each.client);
  });
  bench.engine->catch_up();
  CHECK(told.size() == 9000);
}

TEST_CASE("a rule of the catalogue holds while the token lives, whatever the client does") {
  EngineBench bench;
  bench.start();
  const auto before = bench.ask(7, {}, "Bot/1.0");
  CHECK(before.persona == 3);
  bench.acts(7, "video.example", 5);
  CHECK(bench.ask(7, before.token).token == before.token);
  bench.clock.advance(6min);
  CHECK(bench.ask(7).persona == 1);
}

TEST_CASE("watchers hear the name of a persona that a rule has made, so that who is of it is answered by name") {
  EngineBench bench;
  bench.start();
  std::vector<std::string> names;
  int lists = 0;
  const auto handle = bench.engine->watch([&](const PersonaUpdate& update) {
    if (!update.has_catalogue) return;
    ++lists;
    names.clear();
    for (const auto& each : update.catalogue) names.push_back(each.name);
  });
  bench.engine->catch_up();
  CHECK(std::ranges::count(names, "robot") == 0);
  bench.ask(7, {}, "Bot/1.0");
  bench.engine->catch_up();
  CHECK(std::ranges::count(names, "robot") == 1);
  const auto before = lists;
  bench.ask(8, {}, "Bot/1.0");
  bench.engine->catch_up();
  CHECK(lists == before);
}

TEST_CASE("what a receipt says adds up") {
  EngineBench bench;
  bench.start();
  auto bad = bench.act(0, "example.org");
  const auto receipt = bench.report({bench.act(1, "a.example"), bad, bench.act(2, "b.example")});
  CHECK(receipt.taken == 2);
  CHECK(receipt.rejected == 1);
  CHECK(receipt.shed == 0);
  CHECK(bench.report({}).taken == 0);
}

TEST_CASE("100,000 hostile events change nothing but counters") {
  EngineBench bench;
  bench.start();
  bench.acts(7, "video.example", 5);
  const auto before = bench.ask(7);
  const std::string gigantic(100'000, 'x');
  std::mt19937 random(1);
  std::vector<BehaviourEvent> events;
  for (int i = 0; i < 100'000; ++i) {
    auto event = bench.act(7, "game.example");
    switch (random() % 8) {
      case 0:
        event.client = 0;
        break;
      case 1:
        event.at = INT64_MIN;
        break;
      case 2:
        event.at = INT64_MAX;
        break;
      case 3:
        event.resource = gigantic;
        break;
      case 4:
        event.resource = "game\n.example";
        break;
      case 5:
        event.dwell_s = std::nanf("");
        break;
      case 6:
        event.extent = -1;
        break;
      default:
        event.action = static_cast<Action>(200);
    }
    events.push_back(event);
  }
  const auto receipt = bench.report(events);
  bench.engine->catch_up();
  CHECK(receipt.rejected == 100'000);
  CHECK(bench.engine->state().clients == 1);
  CHECK(bench.engine->state().events == 5);
  const auto after = bench.ask(7, before.token);
  CHECK(after.token == before.token);
  CHECK(after.persona == 1);
  double counted = 0;
  for (const auto* reason : {"no_client", "bad_time", "bad_text", "bad_number", "bad_kind"}) {
    CHECK(bench.metric("rejected_total", reason) > 0);
    counted += bench.metric("rejected_total", reason);
  }
  CHECK(counted == 100'000);
}

TEST_CASE("a network whose answers are no numbers leaves clients as they were") {
  EngineBench bench;
  bench.start();
  bench.acts(7, "video.example", 4);
  bench.diary->no_numbers = true;
  bench.acts(7, "video.example", 4);
  bench.engine->catch_up();
  CHECK(bench.metric("network_faults_total") == 4);
  CHECK(bench.ask(7).persona == 1);
  CHECK_FALSE(bench.engine->state().trouble.empty());
}

TEST_CASE("many clients go through the network together, a client's own acts in their order") {
  EngineBench bench;
  bench.start();
  std::vector<BehaviourEvent> events;
  for (int round = 0; round < 2; ++round)
    for (ClientKey client = 1; client <= 400; ++client)
      events.push_back(bench.act(client, round == 0 ? "video.example" : "game.example"));
  bench.report(events);
  CHECK(bench.diary->widest == 400);
  bench.acts(5, "quiet.example", 1);
  CHECK(bench.ask(5).persona == 0);
  bench.acts(5, "game.example", 1);
  CHECK(bench.ask(5).persona == 2);
}

TEST_CASE("an engine that ends calls everybody back, once") {
  EngineBench bench;
  bench.shared = std::make_shared<test::SharedMemory>();
  bench.shared->away = true;
  bench.start();
  int assigned = 0, reported = 0;
  PersonaAsk ask;
  ask.client = 5;
  bench.engine->assign(std::span(&ask, 1), [&](const auto& got) {
    ++assigned;
    CHECK(got.value().at(0).persona == 0);
  });
  const auto act = bench.act(5, "a.example");
  for (int i = 0; i < 100; ++i)
    bench.engine->report(std::span(&act, 1), [&](const auto& got) { reported += got.value().taken == 1; });
  bench.engine.reset();
  CHECK(assigned == 1);
  CHECK(reported == 100);
}

TEST_CASE("why a client is what it is") {
  EngineBench bench;
  bench.start();
  bench.acts(7, "video.example", 5);
  const auto assignment = bench.ask(7);
  std::promise<Result<PersonaExplanation>> known, unknown;
  bench.engine->explain(7, [&](auto got) { known.set_value(std::move(got)); });
  bench.engine->explain(8, [&](auto got) { unknown.set_value(std::move(got)); });
  const auto explained = known.get_future().get();
  REQUIRE(explained);
  CHECK(explained->persona == "viewer");
  CHECK(explained->events == 5);
  CHECK(explained->assignment.token == assignment.token);
  CHECK(unknown.get_future().get().error().code == ErrorCode::not_found);
}

TEST_CASE("an operator's change reaches watchers, and the clients of a merged persona") {
  EngineBench bench;
  bench.start();
  bench.acts(7, "game.example", 5);
  const auto before = bench.ask(7);
  std::vector<std::string> names;
  std::vector<PersonaAssignment> told;
  const auto handle = bench.engine->watch([&](const PersonaUpdate& update) {
    if (update.has_catalogue) names.clear();
    for (const auto& each : update.catalogue) names.push_back(each.name);
    told.insert(told.end(), update.assignments.begin(), update.assignments.end());
  });
  CHECK(bench.engine->rename("viewer", "watcher"));
  CHECK(bench.engine->rename("nobody", "x").error().code == ErrorCode::not_found);
  CHECK(bench.engine->merge("player", "watcher"));
  bench.engine->catch_up();
  CHECK(names == std::vector<std::string>{"watcher"});
  CHECK(bench.engine->list().size() == 1);
  REQUIRE_FALSE(told.empty());
  CHECK(told.back().persona == 1);
  CHECK(told.back().token != before.token);
  CHECK(bench.ask(7).token == told.back().token);
}

TEST_CASE("asks beyond what may wait are refused at the door, the rest is answered") {
  EngineBench bench;
  bench.start();
  std::promise<void> held, go_on;
  bench.engine->explain(1, [&](const auto&) {
    held.set_value();
    go_on.get_future().wait();
  });
  held.get_future().wait();
  std::vector<PersonaAsk> asks(40'000);
  for (auto& ask : asks) ask.client = 7;
  std::atomic<int> answered = 0, refused = 0;
  for (int i = 0; i < 3; ++i)
    bench.engine->assign(asks,
                         [&](const Result<std::vector<PersonaAssignment>>& got) { ++(got ? answered : refused); });
  CHECK(refused == 2);
  go_on.set_value();
  bench.engine->catch_up();
  CHECK(answered == 1);
  CHECK(bench.metric("asks_refused") == 80'000);
}

TEST_CASE("a watcher may end its own watching while it is called") {
  EngineBench bench;
  bench.start();
  std::mutex mutex;
  std::shared_ptr<void> handle;
  int calls = 0;
  {
    const std::lock_guard guard(mutex);
    handle = bench.engine->watch([&](const PersonaUpdate&) {
      const std::lock_guard inside(mutex);
      ++calls;
      handle.reset();
    });
  }
  bench.engine->catch_up();
  CHECK(bench.engine->rename("viewer", "watcher"));
  bench.engine->catch_up();
  CHECK(calls == 1);
}
