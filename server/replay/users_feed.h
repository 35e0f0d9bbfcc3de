// Users of a platform, with what they do, what they ask for, and what they are.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "orchestrate/attributes.h"
#include "server/replay/virtual_estate.h"

namespace harbinger::replay {

struct UsersFeed {
  using Values = std::array<std::uint8_t, orchestrate::kAttributes>;
  /// What a user is, which no model is told but by labels.
  struct User {
    orchestrate::ActorKey key = 0;
    Values values{};
    std::size_t changes_at = 0;  ///< from this act of his on (the first is 1) he is otherwise; 0: never
    Values then{};
  };
  struct Act {
    orchestrate::Activity activity{};
    UnixMillis used = 0;   ///< of an act that asks: for so long
    bool foretold = true;  ///< of an act that asks: an act before it told of it
    VirtualEstate::Request request() const {
      return {.user = activity.actor, .need = *activity.asks, .used = used, .foretold = foretold};
    }
  };

  std::string name;
  std::vector<User> users{};
  std::vector<Act> acts{};              ///< oldest first
  std::shared_ptr<const void> owner{};  ///< of what the acts refer to
};

/// Made-up users of lib/orchestrate/planted_users.h.
struct PlantedFeed {
  std::string name;
  std::uint64_t seed = 1;
  std::size_t users = 500, acts = 100, changes_at = 0;
  double unpredictable = 0,
         false_starts = 0;  ///< shares: of needs that nothing tells of, of what tells of needs that do not come
};
UsersFeed planted_feed(const PlantedFeed& settings);

/// What somebody says of users: so many labels of each value of each attribute, some of them wrong.
struct LabelSettings {
  std::size_t each = 20;
  double wrong = 0.05;
  std::uint64_t seed = 1;
};
using Labels = std::array<std::optional<std::uint8_t>, orchestrate::kAttributes>;
std::unordered_map<orchestrate::ActorKey, Labels> choose_labels(const UsersFeed& feed, const LabelSettings& settings);
void give_labels(orchestrate::AttributeModel& model, orchestrate::ActorKey user, const Labels& labels);

}  // namespace harbinger::replay
