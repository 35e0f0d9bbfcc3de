// Kinds of users: who acts alike, named or not, and what labels say of each kind.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "orchestrate/act_tokens.h"
#include "orchestrate/attribute_heads.h"

namespace harbinger::orchestrate {

/// A mixture of multinomials over the signs of acts. Few labels are enough because the kinds are found from all users (see find_kinds()), and labels only name
/// them. One thread.
class UserKinds {
 public:
  static constexpr std::size_t kMost = 24;
  /// Logarithms, one for each kind.
  using Logs = std::array<float, kMost>;
  /// Probabilities, one for each kind; together 1.
  using Chances = std::array<float, kMost>;
  using Values = std::array<float, kValues>;

  struct Kind {
    std::uint16_t cluster = 0;  ///< its number for people; stays with it when kinds are found anew
    float share = 0;            ///< of users; together 1
    Values values{};            ///< probability of each value for users of this kind, by labels
  };

  bool empty() const { return kinds_.empty(); }
  std::span<const Kind> kinds() const { return kinds_; }

  /// ln of how much likelier the act is for each kind than for anybody.
  Logs says(const KnownAct& act) const;
  /// What one sign says; to explain with.
  const Logs& weight(std::uint16_t token) const { return logs_[token]; }
  /// Of each token.
  std::span<const Logs> logs() const { return logs_; }
  /// By the sum of what `acts` acts say.
  Chances chances(const Logs& sums, float acts) const;
  /// How well the kinds explain acts beyond what is common to all, when their sums count `by` so much; a logarithm.
  float explained(const Logs& sums, float by) const;
  /// The likeliest kind for all of these acts.
  std::size_t best(std::span<const KnownAct> acts) const;

  /// So many acts say less together than they do singly, because a user has his own tastes.
  static float temper(float acts) { return 1 / (1 + acts / kTaste); }

  /// What labels say of the kinds. Returns what is said of each user by what all others were labelled with.
  AttributeHeads::Guesses name(std::span<const LabelledUser> users);

  /// Gives kinds their numbers; as many as there are.
  void number(std::span<const std::uint16_t> clusters);
  /// What find_kinds() found, and what is read from disk. `logs`: of each token.
  void adopt(std::vector<Kind> kinds, std::vector<Logs> logs);

 private:
  static constexpr float kTaste = 40;

  Chances chances_of(std::span<const KnownAct> acts) const;

  std::vector<Kind> kinds_{};
  std::vector<Logs> logs_{};
};

}  // namespace harbinger::orchestrate
