// Every field gets there and back.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "tests/lib/persona/rpc/rpc_pair.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

constexpr PersonaToken kToken{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255};

PersonaProfile full_profile() {
  PersonaProfile profile;
  profile.id = 255;
  profile.name = "mobile-video";
  profile.entry = "video";
  profile.attributes = {{"city", "Z\xc3\xbcrich"}, {"tier", "2"}};
  profile.location = "eu-west";
  profile.resource_template = "small";
  profile.priorities = {{"*.m4s", 2.5F}, {"*.html", 0.5F}};
  profile.hint_floor = 0.25F;
  profile.hints = 6;
  profile.fragments_ahead = 3;
  profile.prefetch = false;
  profile.pinned = true;
  profile.clients = 1ULL << 40;
  profile.distinguished_by = {"asks for v.example (92 %)", "acts at night"};
  return profile;
}

}  // namespace

TEST_CASE("an ask arrives with every field, and its assignment comes back with every field") {
  RpcPair pair;
  pair.engine->assignment = {0, 200, kToken, 1'700'000'400'123, 0.75F};
  const auto client = pair.client();
  PersonaAsk ask;
  ask.client = 0xfedcba9876543210;
  ask.at = 1'700'000'000'123;
  ask.name = "www.example.org";
  ask.user_agent = "Mozilla/5.0 (\xff)";
  ask.network = "office";
  ask.device = DeviceClass::television;
  ask.location = 65535;
  ask.transport = 4;
  ask.edns = ask.dnssec_ok = ask.asks_hints = true;
  ask.token = kToken;

  const auto answer = assign(*client, std::span(&ask, 1));
  REQUIRE(answer);
  REQUIRE(answer->size() == 1);
  CHECK(answer->at(0).client == ask.client);
  CHECK(answer->at(0).persona == 200);
  CHECK(answer->at(0).token == kToken);
  CHECK(answer->at(0).expires == 1'700'000'400'123);
  CHECK(answer->at(0).confidence == 0.75F);

  const auto asked = pair.engine->asked().at(0);
  CHECK(asked.ask.client == ask.client);
  CHECK(asked.ask.at == ask.at);
  CHECK(asked.name == ask.name);
  CHECK(asked.user_agent == ask.user_agent);
  CHECK(asked.network == ask.network);
  CHECK(asked.ask.device == ask.device);
  CHECK(asked.ask.location == ask.location);
  CHECK(asked.ask.transport == ask.transport);
  CHECK((asked.ask.edns && asked.ask.dnssec_ok && asked.ask.asks_hints));
  CHECK(asked.ask.token == kToken);
}

TEST_CASE("assignments come in the order of the asks") {
  RpcPair pair;
  const auto client = pair.client();
  std::vector<PersonaAsk> asks(4096);
  for (std::size_t i = 0; i < asks.size(); ++i) asks[i].client = i * 7919 + 1;
  const auto answer = assign(*client, asks);
  REQUIRE(answer);
  CHECK(std::ranges::equal(*answer, asks, {}, &PersonaAssignment::client, &PersonaAsk::client));
}

TEST_CASE("events of all kinds arrive with every field, and are counted") {
  RpcPair pair;
  const auto client = pair.client();
  std::vector<BehaviourEvent> events;
  for (int action = 0; action < static_cast<int>(Action::limit); ++action)
    for (int device = 0; device < static_cast<int>(DeviceClass::limit); ++device)
      for (int outcome = 0; outcome <= static_cast<int>(Outcome::failed); ++outcome) {
        auto event = good_event("https://example.org/a%20b");
        event.client = 1ULL << 63;
        event.action = static_cast<Action>(action);
        event.device = static_cast<DeviceClass>(device);
        event.outcome = static_cast<Outcome>(outcome);
        event.location = 65535;
        event.type = 65;
        event.dwell_s = 12.5F;
        event.extent = 0.25F;
        events.push_back(event);
      }
  const auto receipt = report(*client, events);
  REQUIRE(receipt);
  CHECK(receipt->taken == events.size());
  CHECK(receipt->rejected + receipt->shed == 0);

  const auto told = pair.engine->told();
  REQUIRE(told.size() == events.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    const auto& [event, resource] = told[i];
    CHECK(resource == events[i].resource);
    CHECK(std::tuple(event.client, event.at, event.action, event.device, event.outcome, event.location, event.type,
                     event.dwell_s, event.extent) == std::tuple(events[i].client, events[i].at, events[i].action,
                                                                events[i].device, events[i].outcome, events[i].location,
                                                                events[i].type, events[i].dwell_s, events[i].extent));
  }
}

TEST_CASE("hostile events arrive as hostile as they were sent, each by itself") {
  RpcPair pair;
  const auto client = pair.client();
  const std::string gigantic(100'000, 'x');
  std::vector<BehaviourEvent> events(8, good_event());
  events[0].at = std::numeric_limits<std::int64_t>::min();
  events[1].resource = gigantic;
  events[2].dwell_s = std::numeric_limits<float>::quiet_NaN();
  events[3].extent = -std::numeric_limits<float>::infinity();
  events[4].action = Action::limit;
  events[5].resource = "\xff\xfe not UTF-8";
  events[6].client = 0;
  const auto receipt = report(*client, events);
  REQUIRE(receipt);
  CHECK(receipt->rejected == 7);
  CHECK(receipt->taken == 1);
  const auto told = pair.engine->told();
  CHECK(told.at(1).resource == gigantic);
  CHECK(std::isnan(told.at(2).event.dwell_s));
  CHECK(told.at(5).resource == events[5].resource);
}

TEST_CASE("a watcher gets catalogue, assignments and successors with every field") {
  RpcPair pair;
  pair.engine->first_update.has_catalogue = true;
  pair.engine->first_update.catalogue = {full_profile()};
  pair.engine->first_update.assignments = {{9, 3, kToken, 1'700'000'400'123, 1.0F}};
  pair.engine->first_update.successors = {{"www.example.org", 3, {{"img.example.org", 0.5F}, {"\xff", 0.25F}}}};
  const auto client = pair.client();
  Awaited<PersonaUpdate> update;
  const auto watching = client->watch(update.taker());
  const auto got = update.get();

  REQUIRE(got.has_catalogue);
  REQUIRE(got.catalogue.size() == 1);
  const auto& profile = got.catalogue[0];
  const auto sent = full_profile();
  CHECK(std::tie(profile.id, profile.name, profile.entry, profile.attributes, profile.location,
                 profile.resource_template, profile.priorities,
                 profile.hint_floor) == std::tie(sent.id, sent.name, sent.entry, sent.attributes, sent.location,
                                                 sent.resource_template, sent.priorities, sent.hint_floor));
  CHECK(std::tie(profile.hints, profile.fragments_ahead, profile.prefetch, profile.pinned, profile.clients,
                 profile.distinguished_by) ==
        std::tie(sent.hints, sent.fragments_ahead, sent.prefetch, sent.pinned, sent.clients, sent.distinguished_by));
  REQUIRE(got.assignments.size() == 1);
  CHECK(got.assignments[0].client == 9);
  CHECK(got.assignments[0].token == kToken);
  REQUIRE(got.successors.size() == 1);
  CHECK(got.successors[0].context == "www.example.org");
  CHECK(got.successors[0].persona == 3);
  CHECK(got.successors[0].next == pair.engine->first_update.successors[0].next);
}

TEST_CASE("an update without a catalogue is told from an empty catalogue") {
  RpcPair pair;
  pair.engine->first_update.has_catalogue = true;
  const auto client = pair.client();
  Awaited<PersonaUpdate> update;
  const auto watching = client->watch(update.taker());
  CHECK(update.get().has_catalogue);

  PersonaUpdate later;
  later.assignments = {{5, 0, {}, 0, 0}};
  pair.engine->push(later);
  REQUIRE(wait_until([&] { return update.times() == 2; }));
  CHECK_FALSE(update.get().has_catalogue);
  CHECK(update.get().assignments.at(0).client == 5);
}

TEST_CASE("an update larger than a message comes in several") {
  RpcPair pair;
  for (ClientKey client = 1; client <= 200'000; ++client)
    pair.engine->first_update.assignments.push_back({client, 1, kToken, 1'700'000'400'123, 0.5F});
  const auto client = pair.client();
  std::atomic<std::size_t> got = 0, updates = 0;
  const auto watching = client->watch([&](const PersonaUpdate& update) {
    got += update.assignments.size();
    ++updates;
  });
  CHECK(wait_until([&] { return got == 200'000; }));
  CHECK(updates > 1);
}

TEST_CASE("an explanation comes with every field") {
  RpcPair pair;
  pair.engine->explanation = {
      {0, 3, kToken, 1'700'000'400'123, 0.5F}, "gamer", 77, {{"gamer", 0.75F}, {"crawler", 0.125F}}, 1.5F, 1.25F, 4,
      {"because \xff", "of \xc3\xbc"}};
  const auto got = explain(*pair.client(), 99);
  REQUIRE(got);
  const auto& sent = pair.engine->explanation;
  CHECK(got->assignment.client == 99);
  CHECK(got->assignment.persona == 3);
  CHECK(std::tie(got->persona, got->events, got->candidates, got->surprise, got->usual_surprise, got->alarm_at) ==
        std::tie(sent.persona, sent.events, sent.candidates, sent.surprise, sent.usual_surprise, sent.alarm_at));
  // What is no UTF-8 cannot travel as a sentence.
  CHECK(got->reasons == std::vector<std::string>{"because ?", "of \xc3\xbc"});
}

TEST_CASE("the engine's state comes with every figure") {
  RpcPair pair;
  pair.engine->known_state = {1, 2, 3, 4, 5, 6, 7, 8, 0.5, 1.5, true, "one thing"};
  const auto client = pair.client();
  REQUIRE(assign(*client));
  REQUIRE(wait_until([&] { return client->state().clients != 0; }));
  const auto got = client->state();
  CHECK(std::tuple(got.clients, got.events, got.rejected, got.shed, got.invalidations, got.bytes) ==
        std::tuple(1U, 2U, 3U, 4U, 5U, 6U));
  CHECK(std::tuple(got.models_published, got.models_refused, got.held_out_loss, got.untrained_loss) ==
        std::tuple(7U, 8U, 0.5, 1.5));
  CHECK(got.reachable);
  CHECK(got.trouble == "one thing");
}
