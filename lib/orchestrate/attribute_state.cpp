#include "orchestrate/attribute_state.h"

#include <algorithm>

namespace harbinger::orchestrate {

void AttributeState::refresh(UserProfile& user) const {
  if (user.version == learnt.version) return;
  user.version = learnt.version;
  user.runs = {};
  for (const auto& act : user.last_acts()) take_act(user.runs, learnt.says(act, user.hidden_mean), learnt);
}

Belief belief_of(const AttributeState& state, const UserProfile& user, const Beliefs& beliefs, std::size_t attribute) {
  if (const auto rule = state.rule_of(user, attribute)) return {state.rules.at(*rule).value, 1, Belief::By::rule};
  if (const auto label = state.labels.find(user.actor, attribute)) return {*label, 1, Belief::By::label};
  const auto mine = scores_of(beliefs.values, attribute);
  const auto best = std::ranges::max_element(mine);
  if (*best <= 0) return {};
  return {static_cast<std::uint8_t>(best - mine.begin()), *best, Belief::By::inference};
}

std::uint16_t cluster_of(const AttributeState& state, const Beliefs& beliefs) {
  constexpr float kLikely = 0.5F;
  const auto best = std::ranges::max_element(beliefs.kinds);
  if (*best < kLikely) return 0;
  return state.learnt.kinds.kinds()[static_cast<std::size_t>(best - beliefs.kinds.begin())].cluster;
}

}  // namespace harbinger::orchestrate
