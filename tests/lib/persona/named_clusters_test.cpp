// Clusters as personas: names, explanations, rules, and what operators change.
#include "persona/clusters.h"

#include <tests/support/cluster_world.h>
#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::persona;
using test::ClusterWorld;

namespace {

// Some clients of two kinds that have nothing in common.
void live(ClusterWorld& world, std::uint32_t from, std::uint32_t clients, const std::vector<std::string>& names,
          UnixMillis start = 1'700'000'000'000) {
  for (std::size_t round = 0; round < 12; ++round)
    for (std::uint32_t client = from; client < from + clients; ++client)
      world.act(client, {.at = start + static_cast<UnixMillis>(round * 5000 + client * 7),
                         .resource = names[(round + client) % names.size()]});
}

const std::vector<std::string> kNews{"www.paper.example", "img.paper.example", "api.paper.example", "ads.example"};
const std::vector<std::string> kPlay{"lobby.arena.example", "match.arena.example", "cdn.arena.example", "ads.example"};

std::string name_of(ClusterWorld& world, PersonaId id) {
  for (const auto& each : world.clusters().personas())
    if (each.id == id) return each.name;
  return "none";
}

PersonaId persona_of(ClusterWorld& world, std::uint32_t client) {
  return world.clusters().look(world.profile(client), nullptr).persona;
}

// Knows classes by rules only, so that clusters are named by what they do.
const Catalogue& rules() {
  static const auto parsed =
      Catalogue::parse("persona crawler {\n rule device bot\n prefetch off\n}\n", "test.personas");
  REQUIRE(parsed);
  return *parsed;
}

// Both kinds in one world, tended until they are told apart and named.
struct TwoKinds : ClusterWorld {
  TwoKinds() : ClusterWorld(rules()) {
    live(*this, 0, 20, kNews);
    live(*this, 20, 20, kPlay);
    for (int i = 0; i < 20; ++i) clusters().tend(1'700'000'100'000 + i * 6000);
  }
};

}  // namespace

TEST_CASE_METHOD(TwoKinds, "clients that have nothing in common are of two personas, named by what sets them apart") {
  const auto news = persona_of(*this, 3), play = persona_of(*this, 23);
  CHECK(news != 0);
  CHECK(play != 0);
  CHECK(news != play);
  for (std::uint32_t client = 0; client < 40; ++client) CHECK(persona_of(*this, client) == (client < 20 ? news : play));
  CHECK(name_of(*this, news) == "paper-example");
  CHECK(name_of(*this, play) == "arena-example");
  const auto why = clusters().explain(profile(3));
  CHECK(why.persona == "paper-example");
  REQUIRE_FALSE(why.candidates.empty());
  CHECK(why.candidates.front().first == "paper-example");
  CHECK_FALSE(why.reasons.empty());
}

TEST_CASE_METHOD(TwoKinds, "a client that nobody knows is of the default persona until it has acted") {
  CHECK(persona_of(*this, 1000) == 0);
  live(*this, 1000, 1, kPlay, 1'700'000'300'000);
  CHECK(persona_of(*this, 1000) == persona_of(*this, 23));
}

TEST_CASE_METHOD(TwoKinds, "an operator renames, merges and pins personas, and clients go along") {
  const auto news = persona_of(*this, 3);
  REQUIRE(clusters().rename("paper-example", "readers"));
  REQUIRE(clusters().pin("readers", true));
  CHECK(name_of(*this, news) == "readers");
  CHECK(clusters().merge("arena-example", "readers"));
  CHECK(persona_of(*this, 23) == news);
  CHECK(clusters().personas().size() == 1);
  CHECK(clusters().merge("arena-example", "readers").error().code == ErrorCode::not_found);
  CHECK(clusters().merge("readers", "readers").error().code == ErrorCode::conflict);
  CHECK(clusters().split("nobody", "x").error().code == ErrorCode::not_found);
  const auto split = clusters().split("readers", "players");
  REQUIRE(split);
  CHECK(clusters().personas().size() == 2);
}

TEST_CASE("a rule of the catalogue places a client before it has done anything") {
  ClusterWorld world(rules());
  const PersonaAsk bot{.client = 1, .device = DeviceClass::bot}, other{.client = 1};
  const auto verdict = world.clusters().look(world.profile(0), &bot);
  CHECK(verdict.persona != 0);
  CHECK(verdict.confidence == 1);
  CHECK(name_of(world, verdict.persona) == "crawler");
  CHECK(world.clusters().look(world.profile(0), &other).persona == 0);
  world.clusters().tend(1'700'000'000'000);
  CHECK(name_of(world, verdict.persona) == "crawler");
}
