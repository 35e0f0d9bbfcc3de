// Features and words of clusters, made of clients that act.
#include <catch2/catch.hpp>
#include <cmath>
#include <deque>

#include "persona/cluster_features.h"
#include "persona/clusters.h"
#include "persona/distinctions.h"

using namespace harbinger;
using namespace harbinger::persona;

namespace {

constexpr UnixMillis kNoon = 1'700'049'600'000;  // 2023-11-15 12:00 UTC

// Clients and what is known of their resources.
struct World {
  std::deque<ClientProfile> profiles;
  ResourceNames names;

  const ClientState* client(std::span<const std::string_view> resources, UnixMillis start, UnixMillis gap,
                            Action action = Action::query, DeviceClass device = DeviceClass::unknown) {
    auto& profile = profiles.emplace_back();
    auto& state = state_of(profile);
    const auto key = static_cast<ClientKey>(profiles.size()) << 20;
    for (const auto resource : resources) {
      const BehaviourEvent event{.client = key, .at = start, .resource = resource, .action = action, .device = device};
      const auto code = encode(event, state.last_at);
      const auto act = code_of(state, event, code);
      note(state, event, code, act, topic_of(resource));
      names.note(act, key, resource);
      start += gap;
    }
    return &state;
  }
};

float value(const Features& features, Feature feature) { return features[static_cast<std::size_t>(feature)]; }

constexpr std::array<std::string_view, 6> kNews{"news.example", "img.news.example", "news.example",
                                                "ads.example",  "news.example",     "img.news.example"};
constexpr std::array<std::string_view, 6> kPlay{"play.example", "lobby.play.example", "play.example",
                                                "ads.example",  "play.example",       "lobby.play.example"};

}  // namespace

TEST_CASE("features say how fast, how regularly and at what time of the day clients act") {
  World world;
  const ClientState* clients[] = {world.client(kNews, kNoon, 10'000, Action::click, DeviceClass::phone)};
  const auto features = features_of(clients);
  CHECK(value(features, Feature::gap_s) == Approx(10).epsilon(0.4));
  CHECK(value(features, Feature::acts_per_minute) == Approx(6).epsilon(0.4));
  CHECK(value(features, Feature::regularity) > 0.9F);
  CHECK(value(features, Feature::night) == 0);
  CHECK(value(features, Feature::click) == 1);
  CHECK(value(features, Feature::phone) == 1);
  CHECK(std::isnan(value(features, Feature::dwell_s)));
  const ClientState* owl[] = {world.client(kNews, kNoon + 12 * 3'600'000, 1000)};
  CHECK(value(features_of(owl), Feature::night) == 1);
  CHECK(std::isnan(value(features_of({}), Feature::gap_s)));
}

TEST_CASE("a cluster is told apart by what its clients ask for and others do not") {
  World world;
  std::vector<const ClientState*> readers, players, all;
  for (int i = 0; i < 10; ++i) {
    readers.push_back(world.client(kNews, kNoon, 5000));
    players.push_back(world.client(kPlay, kNoon, 5000));
  }
  all.insert(all.end(), readers.begin(), readers.end());
  all.insert(all.end(), players.begin(), players.end());
  const Distinctions distinctions(all, world.names);
  const auto of_players = distinctions.of(players, 3);
  REQUIRE_FALSE(of_players.empty());
  CHECK(of_players.front().word == "play-example");
  CHECK(of_players.front().sentence == "100 % of its clients ask for play.example, 50 % of all");
  for (const auto& each : of_players) CHECK(each.word != "ads-example");
}

TEST_CASE("what fewer than five clients asked for names no persona") {
  World world;
  std::vector<const ClientState*> few, all;
  for (int i = 0; i < 4; ++i) few.push_back(world.client(kPlay, kNoon, 5000));
  for (int i = 0; i < 10; ++i) all.push_back(world.client(kNews, kNoon, 5000));
  all.insert(all.end(), few.begin(), few.end());
  for (const auto& each : Distinctions(all, world.names).of(few, 10))
    CHECK_THAT(each.sentence, !Catch::Contains("play.example"));
}
