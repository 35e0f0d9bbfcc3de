// Planted users, some of them labelled, before an attribute model.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "learn/chance.h"
#include "orchestrate/attributes.h"
#include "orchestrate/planted_users.h"

namespace harbinger::orchestrate::test {

/// Who is labelled, and how: so many users for each value of each attribute, `wrong` of them by chance.
class LabelledWorld {
 public:
  explicit LabelledWorld(const PlantedUsersSettings& settings, std::size_t labels = 20, double wrong = 0.05)
      : planted(plant_users(settings)), labels_(planted.users.size()) {
    learn::Chance chance(settings.seed + 1000);
    std::array<std::array<std::size_t, kMostValues>, kAttributes> counts{};
    for (std::size_t u = 0; u < planted.users.size(); ++u) {
      labels_[u].fill(kNone);
      if (planted.users[u].mixture != planted.users[u].later) continue;
      for (std::size_t a = 0; a < kAttributes; ++a) {
        const auto value = kPlantedMixtures[planted.users[u].mixture][a];
        if (counts[a][value]++ >= labels) continue;
        const auto values = values_of(static_cast<Attribute>(a)).size();
        labels_[u][a] = chance.is(wrong) ? static_cast<std::uint8_t>(chance.below(values)) : value;
      }
    }
  }

  bool labelled(std::uint32_t user) const {
    for (const auto label : labels_[user])
      if (label != kNone) return true;
    return false;
  }

  /// False when a label was not taken.
  bool give_labels(AttributeModel& model) const {
    for (std::size_t u = 0; u < labels_.size(); ++u)
      for (std::size_t a = 0; a < kAttributes; ++a)
        if (labels_[u][a] != kNone && !model.label(planted.users[u].actor, static_cast<Attribute>(a), labels_[u][a]))
          return false;
    return true;
  }

  /// Those who are labelled act first, and are labelled then.
  bool prepare(AttributeModel& model) const {
    for (const auto& act : planted.acts)
      if (labelled(act.user)) hear(model, act);
    return give_labels(model);
  }
  /// Everybody does so many acts before some are labelled.
  bool prepare_all(AttributeModel& model, std::uint32_t acts) const {
    for (const auto& act : planted.acts)
      if (act.number < acts) hear(model, act);
    return give_labels(model);
  }
  static void hear(AttributeModel& model, const PlantedUserAct& act) {
    const auto told = act.activity();
    model.heard({&told, 1});
  }

  const PlantedUsers planted;

 private:
  static constexpr std::uint8_t kNone = 0xff;
  std::vector<std::array<std::uint8_t, kAttributes>> labels_;
};

/// What came of it, of those who are not labelled.
struct Judgement {
  struct Of {
    double users = 0, right = 0;      ///< at the act that was asked about
    double changed = 0, in_time = 0;  ///< values that are others later; believed within 15 acts
  };
  std::array<Of, kAttributes> of{};
  double confidence = 0, judged = 0;  ///< sums over all attributes

  double right(std::size_t a) const { return of[a].right / of[a].users; }
  double in_time(std::size_t a) const { return of[a].in_time / of[a].changed; }
};

/// `from_act`: those before it were heard.
inline Judgement judge(const LabelledWorld& world, AttributeModel& model, std::uint32_t at_act,
                       std::uint32_t changes_at, std::uint32_t from_act = 0) {
  constexpr std::uint32_t kInTime = 15;
  Judgement judgement;
  std::vector<std::array<bool, kAttributes>> noticed(world.planted.users.size());
  for (const auto& act : world.planted.acts) {
    if (world.labelled(act.user) || act.number < from_act) continue;
    LabelledWorld::hear(model, act);
    const auto& user = world.planted.users[act.user];
    const bool since =
        changes_at != 0 && user.mixture != user.later && act.number >= changes_at && act.number < changes_at + kInTime;
    if (act.number + 1 != at_act && !since) continue;
    const auto believed = model.of(act.actor);
    for (std::size_t a = 0; a < kAttributes; ++a) {
      const auto& belief = believed.beliefs[a];
      const bool right = belief.confidence > 0 && belief.value == kPlantedMixtures[act.mixture][a];
      if (act.number + 1 == at_act) {
        judgement.of[a].users += 1;
        judgement.of[a].right += right ? 1 : 0;
        judgement.confidence += belief.confidence;
        judgement.judged += 1;
      }
      if (since) noticed[act.user][a] = noticed[act.user][a] || right;
    }
  }
  for (std::uint32_t u = 0; u < noticed.size(); ++u)
    for (std::size_t a = 0; a < kAttributes; ++a) {
      const auto& user = world.planted.users[u];
      if (world.labelled(u) || kPlantedMixtures[user.mixture][a] == kPlantedMixtures[user.later][a]) continue;
      judgement.of[a].changed += 1;
      judgement.of[a].in_time += noticed[u][a] ? 1 : 0;
    }
  return judgement;
}

}  // namespace harbinger::orchestrate::test
