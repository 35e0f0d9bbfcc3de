// All that is learnt of users together: heads, kinds, and how far each is believed.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "orchestrate/attribute_heads.h"
#include "orchestrate/user_kinds.h"

namespace harbinger::orchestrate {

/// Probabilities to a power, in place, so that they add up to 1 again.
void sharpen(std::span<float> chances, float power) noexcept;

/// What one act says.
struct ActSays {
  ValueScores heads{};
  UserKinds::Logs kinds{};
};

struct Learnt {
  explicit Learnt(std::size_t hidden_width) : heads(hidden_width) {}

  AttributeHeads heads;
  UserKinds kinds{};
  std::array<float, kAttributes> by_kinds{};  ///< share of the belief that comes from kinds, of each attribute
  std::array<float, kAttributes> sharpness{1, 1, 1, 1};  ///< power by which beliefs are as sure as they are right
  std::uint32_t version = 0;                             ///< grows when any of it changes
  std::uint16_t last_cluster = 0;

  ActSays says(const KnownAct& act, std::span<const float> hidden) const {
    return {heads.score(act, hidden), kinds.says(act)};
  }

  /// From labels: the heads, what kinds are, and which of the two foretells labels better that it did not see.
  void learn_labels(std::span<const LabelledUser> labelled);
  /// From users with and without labels: the kinds. Call learn_labels() after it.
  void learn_kinds(std::span<const LabelledUser> users, std::uint64_t seed);
};

}  // namespace harbinger::orchestrate
