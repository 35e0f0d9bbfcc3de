#include "persona/clusters.h"

#include <tests/support/planted_world.h>
#include <catch2/catch.hpp>

#include <map>

using namespace harbinger;
using namespace harbinger::persona;
using test::PlantedWorld;

namespace {

using Differ = PlantedMixture::Differ;

// How well the personas that clients had at their thirtieth act agree with what was planted.
double agreement_at_30(const PlantedMixture& mixture) {
  const auto planted = plant(mixture);
  PlantedWorld world;
  std::vector<std::uint32_t> acts(mixture.clients), personas(mixture.clients);
  for (const auto& act : planted.acts) {
    const auto verdict = world.act(act);
    if (++acts[act.client] == 30) personas[act.client] = verdict.persona;
  }
  return agreement_of(planted.first, personas).rand;
}

struct Alarms {
  std::size_t changed = 0, found = 0,
              right = 0;  // clients that changed; alarms within ten acts; a new persona of their own by then
  double steady_hours = 0;
  std::size_t false_ones = 0;
};

Alarms alarms_of(const PlantedMixture& mixture) {
  const auto planted = plant(mixture);
  PlantedWorld world;
  constexpr UnixMillis kPause = 600'000;  // nobody is active for longer than that
  std::vector<std::uint32_t> acts(mixture.clients), changed_at(mixture.clients);
  std::vector<UnixMillis> last(mixture.clients);
  std::vector<bool> found(mixture.clients);
  Alarms alarms;
  for (const auto& act : planted.acts) {
    auto& number = ++acts[act.client];
    if (act.behaviour != planted.first[act.client] && changed_at[act.client] == 0 && number > mixture.changes_at)
      changed_at[act.client] = number, ++alarms.changed;
    const auto verdict = world.act(act);
    const auto since = changed_at[act.client] == 0 ? 0 : number - changed_at[act.client] + 1;
    if (since == 0 && number > 40) {
      alarms.false_ones += verdict.alarm;
      alarms.steady_hours += static_cast<double>(std::min(act.at - last[act.client], kPause)) / 3'600'000;
    }
    if (since > 0 && since <= 10 && verdict.alarm && !found[act.client]) found[act.client] = true, ++alarms.found;
    last[act.client] = act.at;
  }
  return alarms;
}

// Some clients of two kinds that have nothing in common.
void live(PlantedWorld& world, std::uint32_t from, std::uint32_t clients, const std::vector<std::string>& names,
          UnixMillis start = 1'700'000'000'000) {
  for (std::size_t round = 0; round < 12; ++round)
    for (std::uint32_t client = from; client < from + clients; ++client)
      world.act(client, {.at = start + static_cast<UnixMillis>(round * 5000 + client * 7),
                         .resource = names[(round + client) % names.size()]});
}

const std::vector<std::string> kNews{"www.paper.example", "img.paper.example", "api.paper.example", "ads.example"};
const std::vector<std::string> kPlay{"lobby.arena.example", "match.arena.example", "cdn.arena.example", "ads.example"};

std::string name_of(PlantedWorld& world, PersonaId id) {
  for (const auto& each : world.clusters().personas())
    if (each.id == id) return each.name;
  return "none";
}

PersonaId persona_of(PlantedWorld& world, std::uint32_t client) {
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
struct TwoKinds : PlantedWorld {
  TwoKinds() : PlantedWorld(rules()) {
    live(*this, 0, 20, kNews);
    live(*this, 20, 20, kPlay);
    for (int i = 0; i < 20; ++i) clusters().tend(1'700'000'100'000 + i * 6000);
  }
};

}  // namespace

TEST_CASE("eight planted behaviours are told apart at a client's thirtieth act") {
  CHECK(agreement_at_30({.clients = 300, .acts = 34}) >= 0.9);
}

TEST_CASE("a client that turns to another behaviour is noticed within ten acts, and steady ones are left alone") {
  const auto alarms = alarms_of({.clients = 240, .acts = 90, .changes_at = 70});
  REQUIRE(alarms.changed >= 50);
  CHECK(alarms.found >= alarms.changed * 9 / 10);
  CHECK(alarms.false_ones <= 1);
}

// By hand: test_persona "[figures][clusters]" -s
TEST_CASE("figures of clusters on planted behaviours", "[.][figures][clusters]") {
  constexpr std::array kNames{"all", "names", "order", "timing", "actions"};
  for (const auto differ : {Differ::all, Differ::names, Differ::order, Differ::timing, Differ::actions})
    for (const std::uint64_t seed : {21u, 22u, 23u})
      WARN("differ in " << kNames[static_cast<std::size_t>(differ)] << ", seed " << seed << ": adjusted Rand index "
                        << agreement_at_30({.seed = seed, .differ = differ}));
  for (const std::uint64_t seed : {21u, 22u, 23u}) {
    const auto alarms = alarms_of({.seed = seed, .clients = 400, .acts = 120, .changes_at = 80});
    WARN("seed " << seed << ": " << alarms.found << " of " << alarms.changed << " changes within ten acts; "
                 << alarms.false_ones << " false alarms in " << alarms.steady_hours << " active hours");
  }
}

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

TEST_CASE_METHOD(TwoKinds, "clusters survive as octets, and damaged ones change nothing") {
  const auto octets = clusters().save();
  PlantedWorld again(rules());
  REQUIRE(again.clusters().load(octets));
  for (std::uint32_t client = 0; client < 40; ++client)
    CHECK(again.clusters().look(profile(client), nullptr).persona == persona_of(*this, client));
  CHECK(name_of(again, persona_of(*this, 3)) == "paper-example");
  auto damaged = octets;
  for (std::size_t at = 0; at < damaged.size(); at += damaged.size() / 97) {
    damaged[at] ^= 4;
    CHECK_FALSE(again.clusters().load(damaged));
    damaged[at] ^= 4;
  }
  CHECK_FALSE(again.clusters().load({}));
  CHECK(again.clusters().personas().size() == clusters().personas().size());
}

TEST_CASE("a rule of the catalogue places a client before it has done anything") {
  PlantedWorld world(rules());
  const PersonaAsk bot{.client = 1, .device = DeviceClass::bot}, other{.client = 1};
  const auto verdict = world.clusters().look(world.profile(0), &bot);
  CHECK(verdict.persona != 0);
  CHECK(verdict.confidence == 1);
  CHECK(name_of(world, verdict.persona) == "crawler");
  CHECK(world.clusters().look(world.profile(0), &other).persona == 0);
  world.clusters().tend(1'700'000'000'000);
  CHECK(name_of(world, verdict.persona) == "crawler");
}
