// How well it is told what kind of users there are.
#pragma once

#include <array>
#include <functional>

#include "orchestrate/attributes.h"
#include "server/replay/calibration.h"
#include "server/replay/users_feed.h"

namespace harbinger::replay {

struct AttributeJudging {
  LabelSettings labels{};
  std::size_t within = 40;  ///< acts until a user should be known
  std::size_t after = 15;   ///< acts until a change should be noticed
};

/// Of one attribute, over users without a label.
struct AttributeScore {
  std::size_t users = 0, right = 0;    ///< at their `within`th act
  Calibration confidence{};            ///< of what was believed then
  std::size_t changed = 0;             ///< users whose value changed
  std::vector<std::size_t> noticed{};  ///< acts until the new value was believed, of those who acted on as long as that
  std::size_t in_time = 0;             ///< of these: within `after`

  double share_right() const { return users > 0 ? static_cast<double>(right) / static_cast<double>(users) : 0; }
  double share_in_time() const { return changed > 0 ? static_cast<double>(in_time) / static_cast<double>(changed) : 0; }
  /// Acts until half of the changes were noticed; those that never were count as many as there can be.
  std::size_t median_noticed() const;
};

struct AttributeScores {
  AttributeJudging judging{};
  std::array<AttributeScore, orchestrate::kAttributes> of{};
  std::size_t labelled = 0;           ///< users with a label
  double heard_us = 0, asked_us = 0;  ///< processor time of hearing an act, and of asking what a user is
};

/// Users who get labels act first, all that they do before they change; then they are labelled; then the others act, and are judged.
AttributeScores judge_attributes(const UsersFeed& feed, const AttributeJudging& judging,
                                 orchestrate::AttributeModel& model);

}  // namespace harbinger::replay
