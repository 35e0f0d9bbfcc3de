#include "orchestrate/planted_users.h"

#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::orchestrate;

namespace {

double share_of_machine_sizes_with_latency(const PlantedUsers& planted, std::uint8_t sensitivity) {
  double large = 0, all = 0;
  for (const auto& act : planted.acts) {
    if (!act.asks || act.unpredictable || act.asks->machine.empty()) continue;
    if (kPlantedMixtures[act.mixture][static_cast<std::size_t>(Attribute::sensitivity)] != sensitivity) continue;
    all += 1;
    large += act.asks->machine.ends_with("large") ? 1 : 0;
  }
  return large / all;
}

}  // namespace

TEST_CASE("planted users are the same for the same seed, in the order of time, and others for another seed") {
  PlantedUsersSettings settings;
  settings.users = 20;
  const auto one = plant_users(settings), again = plant_users(settings);
  REQUIRE(one.acts.size() == 20 * settings.acts);
  REQUIRE(one.users.size() == 20);
  CHECK(std::ranges::is_sorted(one.acts, {}, &PlantedUserAct::at));
  CHECK(std::ranges::equal(one.acts, again.acts, [](const auto& a, const auto& b) {
    return a.at == b.at && a.actor == b.actor && a.verb == b.verb && a.kind == b.kind && a.asks == b.asks;
  }));
  settings.seed = 2;
  CHECK(plant_users(settings).acts[0].actor != one.acts[0].actor);
}

TEST_CASE("each value of each attribute is in two planted mixtures at least") {
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
    std::map<int, int> mixtures;
    for (const auto& mixture : kPlantedMixtures) ++mixtures[mixture[attribute]];
    CHECK(mixtures.size() == values_of(static_cast<Attribute>(attribute)).size());
    for (const auto& [value, count] : mixtures) CHECK(count >= 2);
  }
}

TEST_CASE("most needs of planted users are opened some acts before, some are not, and some openings come to nothing") {
  PlantedUsersSettings settings;
  settings.users = 200;
  const auto planted = plant_users(settings);
  double asked = 0, surprising = 0;
  for (const auto& act : planted.acts) {
    if (!act.asks) continue;
    asked += 1;
    CHECK(act.uses_until > act.at);
    CHECK(act.changes);
    if (act.unpredictable)
      surprising += 1;
    else
      CHECK((act.number >= act.opened_by + 5 && act.number <= act.opened_by + 9));
  }
  CHECK(asked > 3 * 200);
  CHECK(surprising / asked > 0.04);
  CHECK(surprising / asked < 0.14);
  CHECK(share_of_machine_sizes_with_latency(planted, 0) > share_of_machine_sizes_with_latency(planted, 1) + 0.5);
}

TEST_CASE("every fourth planted user becomes another one at the act that was named") {
  PlantedUsersSettings settings;
  settings.users = 40;
  settings.changes_at = 30;
  const auto planted = plant_users(settings);
  std::set<std::uint32_t> changed;
  for (const auto& act : planted.acts) {
    const auto& user = planted.users[act.user];
    CHECK(act.mixture == (act.number < 30 ? user.mixture : user.later));
    if (user.mixture != user.later) changed.insert(act.user);
  }
  CHECK(changed.size() == 10);
}

TEST_CASE("a planted act is told with its texts") {
  PlantedUsersSettings settings;
  settings.users = 5;
  const auto planted = plant_users(settings);
  const auto asked = std::ranges::find_if(planted.acts, [](const auto& act) { return act.asks.has_value(); });
  REQUIRE(asked != planted.acts.end());
  const auto told = asked->activity();
  CHECK(told.actor == asked->actor);
  CHECK(told.verb == "Create");
  REQUIRE(told.asks != nullptr);
  CHECK(*told.asks == *asked->asks);
}
