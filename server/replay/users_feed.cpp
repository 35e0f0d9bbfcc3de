#include "server/replay/users_feed.h"

#include <algorithm>
#include <random>

#include "orchestrate/planted_users.h"

namespace harbinger::replay {

namespace {

using orchestrate::Attribute;
using orchestrate::kAttributes;

std::uint32_t below(std::mt19937_64& random, std::size_t bound) {
  return static_cast<std::uint32_t>((random() >> 32) * bound >> 32);
}

std::vector<const UsersFeed::User*> shuffled(const UsersFeed& feed, std::mt19937_64& random) {
  std::vector<const UsersFeed::User*> order;
  for (const auto& user : feed.users) order.push_back(&user);
  for (auto left = order.size(); left > 1; --left) std::swap(order[left - 1], order[below(random, left)]);
  return order;
}

}  // namespace

UsersFeed planted_feed(const PlantedFeed& settings) {
  orchestrate::PlantedUsersSettings planting{.seed = settings.seed, .users = settings.users, .acts = settings.acts};
  planting.changes_at = settings.changes_at;
  planting.unpredictable = settings.unpredictable;
  planting.false_starts = settings.false_starts;
  const auto planted = std::make_shared<const orchestrate::PlantedUsers>(orchestrate::plant_users(planting));
  UsersFeed feed{.name = settings.name, .owner = planted};
  for (const auto& user : planted->users)
    feed.users.push_back({.key = user.actor,
                          .values = orchestrate::kPlantedMixtures[user.mixture],
                          .changes_at = user.later == user.mixture ? 0 : settings.changes_at + 1,
                          .then = orchestrate::kPlantedMixtures[user.later]});
  for (const auto& act : planted->acts)
    feed.acts.push_back({.activity = act.activity(),
                         .used = act.asks ? std::max<UnixMillis>(0, act.uses_until - act.at) : 0,
                         .foretold = !act.unpredictable});
  return feed;
}

std::unordered_map<orchestrate::ActorKey, Labels> choose_labels(const UsersFeed& feed, const LabelSettings& settings) {
  std::mt19937_64 random(settings.seed);
  const auto order = shuffled(feed, random);
  std::unordered_map<orchestrate::ActorKey, Labels> out;
  for (std::size_t a = 0; a < kAttributes; ++a) {
    const auto values = orchestrate::values_of(static_cast<Attribute>(a)).size();
    std::array<std::size_t, orchestrate::kMostValues> given{};
    for (const auto* user : order) {
      if (given[user->values[a]]++ >= settings.each) continue;
      const bool wrong = below(random, 10'000) < 10'000 * settings.wrong;
      const auto other = (user->values[a] + 1 + below(random, values - 1)) % values;
      out[user->key][a] = wrong ? static_cast<std::uint8_t>(other) : user->values[a];
    }
  }
  return out;
}

void give_labels(orchestrate::AttributeModel& model, orchestrate::ActorKey user, const Labels& labels) {
  for (std::size_t a = 0; a < kAttributes; ++a)
    // Who did nothing yet cannot be labelled; nothing is lost by that.
    if (labels[a]) (void)model.label(user, static_cast<Attribute>(a), *labels[a]);
}

}  // namespace harbinger::replay
