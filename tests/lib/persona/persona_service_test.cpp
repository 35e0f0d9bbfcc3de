#include <catch2/catch.hpp>

#include <harbinger/persona_directory.h>

#include "persona/persona_service.h"
#include "tests/support/fake_persona_engine.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::persona;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Mood = FakePersonaEngine::Mood;

namespace {

struct House {
  FakeClock clock;
  Metrics metrics;
  FakeEngineSource source;
  std::shared_ptr<PersonaService> service;

  explicit House(const PersonaService::Settings& settings = {}) {
    service = PersonaService::shared(settings, world()).value();
  }
  EngineWorld world() { return {&clock, &metrics, &system_random(), {}}; }
  UnixMillis now() { return service->calendar(clock.now()); }
  void ask(ClientKey client) {
    if (!service->table().look(client, now()).ask) return;
    PersonaAsk ask;
    ask.client = client;
    ask.at = now();
    service->feed().asked(ask);
  }
  void act(const std::string& resource) {
    BehaviourEvent event;
    event.client = 5;
    event.at = now();
    event.resource = resource;
    service->feed().acted(event);
  }
  bool known(ClientKey client) { return service->table().look(client, now()).known; }
  void pass(Duration by) {
    clock.advance(by);
    PersonaService::catch_up_all();
  }
  std::uint64_t count(const std::string& name) {
    double sum = 0;
    for (const auto& sample : metrics.collect())
      if (sample.name == name) sum += sample.value;
    return static_cast<std::uint64_t>(sum);
  }
};

}  // namespace

TEST_CASE("a stranger is asked for and known after the engine's answer") {
  House house;
  house.ask(1);
  house.pass(1ms);
  CHECK(house.known(1));
  CHECK(house.count("harbinger_persona_assigned_total") == 1);
  house.act("a.example");
  house.act("b.example");
  house.pass(1ms);
  CHECK(house.source.engine->reported() == std::vector<std::string>{"a.example", "b.example"});
  CHECK(house.count("harbinger_persona_events_total") == 2);
}

TEST_CASE("an engine that hangs is left alone, its late answer is taken, and it is asked again when it answers") {
  House house;
  house.source.engine->set(Mood::hangs);
  for (ClientKey client = 1; client <= 3; ++client) {
    house.ask(client);
    house.pass(10ms);
  }
  CHECK(house.source.engine->calls() == 3);
  house.pass(1100ms);
  CHECK(house.service->feed().circuit() == Circuit::State::open);
  CHECK_FALSE(house.service->note().empty());
  for (int i = 0; i < 20; ++i) {
    house.ask(static_cast<ClientKey>(100 + i));
    house.pass(10ms);
  }
  CHECK(house.source.engine->calls() == 3);
  house.source.engine->set(Mood::answers);
  house.source.engine->release();
  house.pass(10ms);
  CHECK(house.known(1));
  house.pass(10ms);
  CHECK(house.service->feed().circuit() == Circuit::State::closed);
  CHECK(house.known(110));
  CHECK(house.service->note().empty());
}

TEST_CASE("an engine that fails is tried again after a pause, and a probe that fails makes the pause longer") {
  House house;
  house.source.engine->set(Mood::fails);
  for (ClientKey client = 1; client <= 6; ++client) {
    house.ask(client);
    house.pass(10ms);
  }
  CHECK(house.source.engine->calls() == 3);
  const auto probes = [&](Duration span) {
    const int before = house.source.engine->calls();
    for (Duration passed{}; passed < span; passed += 100ms) {
      house.act("a.example");
      house.pass(100ms);
    }
    return house.source.engine->calls() - before;
  };
  CHECK(probes(1500ms) == 1);
  CHECK(probes(1500ms) == 0);
  house.source.engine->set(Mood::answers);
  probes(1s);
  CHECK(house.service->feed().circuit() == Circuit::State::closed);
  CHECK(house.count("harbinger_persona_failed_total") == 4);
}

TEST_CASE("while the engine is away the oldest acts make room, and what is left is told when it is back") {
  PersonaService::Settings settings;
  settings.feed.backlog = 10;
  settings.feed.circuit = {.failures = 1, .pause = 1s};
  House house(settings);
  house.source.engine->set(Mood::fails);
  house.ask(1);
  house.pass(1ms);
  house.pass(1ms);
  for (int i = 0; i < 30; ++i) {
    house.act("r" + std::to_string(i));
    house.pass(1ms);
  }
  CHECK(house.count("harbinger_persona_dropped_total") == 20);
  house.source.engine->set(Mood::answers);
  house.pass(1s);
  const auto told = house.source.engine->reported();
  REQUIRE(told.size() == 10);
  CHECK(told.front() == "r20");
  CHECK(told.back() == "r29");
}

TEST_CASE("the engine's news reach the table and the directory; clients that are not here are left out") {
  House house;
  house.ask(1);
  house.pass(1ms);
  PersonaUpdate update;
  update.has_catalogue = true;
  update.catalogue = {named_persona(4, "gamer")};
  update.assignments = {{.client = 1, .persona = 4, .token = {}, .expires = house.now() + 300'000},
                        {.client = 2, .persona = 4, .token = {}, .expires = house.now() + 300'000}};
  house.source.engine->push(update);
  CHECK(house.service->table().look(1, house.now()).persona == 4);
  CHECK_FALSE(house.known(2));
  CHECK(persona_directory().name(4).view() == "gamer");
  house.service.reset();
  CHECK(persona_directory().name(4).view() == "persona-4");
}

TEST_CASE("an answer that comes after the service's end is nobody's business") {
  House house;
  house.source.engine->set(Mood::hangs);
  house.ask(1);
  house.pass(1ms);
  house.service.reset();
  house.source.engine->release();
  SUCCEED();
}

TEST_CASE("two blocks share one engine; other settings are a conflict") {
  House house;
  CHECK(PersonaService::shared({}, house.world()).value() == house.service);
  PersonaService::Settings other;
  other.engine.address = "127.0.0.1:50051";
  const auto refused = PersonaService::shared(other, house.world());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
}

TEST_CASE("a key file makes the keys, and two services with one file the same") {
  const Scratch scratch;
  PersonaService::Settings settings;
  settings.key = scratch / "secret";
  House one(settings), two(settings), other;
  CHECK(one.service->keys().identity() == two.service->keys().identity());
  CHECK(one.service->keys().identity() != other.service->keys().identity());
}
