// What single acts say about each attribute, learnt from labelled users.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "orchestrate/act_tokens.h"
#include "orchestrate/attributes.h"

namespace harbinger::orchestrate {

/// The values of all attributes stand one after the other.
inline constexpr std::array<std::size_t, kAttributes + 1> kFirstValue{0, 3, 6, 8, 11};
inline constexpr std::size_t kValues = kFirstValue[kAttributes];
using ValueScores = std::array<float, kValues>;
template <class Scores>
auto scores_of(Scores& all, std::size_t attribute) {
  return std::span(all).subspan(kFirstValue[attribute], kFirstValue[attribute + 1] - kFirstValue[attribute]);
}

/// A user of whom something was said, and what he did.
struct LabelledUser {
  static constexpr std::uint8_t kNone = 0xff;
  static constexpr std::size_t kMostActs = 40;
  ActorKey actor = 0;
  std::array<std::uint8_t, kAttributes> labels{kNone, kNone, kNone, kNone};
  std::vector<KnownAct> acts{};  ///< oldest first
  std::vector<float> hidden{};   ///< mean of the reader's states; empty without a reader
};

/// One head for each attribute. One thread.
class AttributeHeads {
 public:
  /// An attribute is inferred when two values of it have so many labelled users.
  static constexpr std::size_t kFewestLabels = 3;

  explicit AttributeHeads(std::size_t hidden_width) : hidden_width_(hidden_width) {}

  /// What is said of each user by heads that were learnt without him: probabilities.
  using Guesses = std::vector<std::array<float, kValues>>;
  /// Learns from nothing but these. Time grows with their number; some ten milliseconds for 80.
  Guesses train(std::span<const LabelledUser> users);

  std::size_t hidden_width() const { return hidden_width_; }
  bool knows(std::size_t attribute) const { return knows_[attribute]; }
  /// Whether users are believed to be so: a value that nobody was labelled with is not.
  bool may_be(std::size_t value) const { return may_be_[value]; }

  /// What an act says for each value, in nats: of one attribute, the exponentials have mean 1. `hidden`: the reader's state after it, or empty.
  ValueScores score(const KnownAct& act, std::span<const float> hidden) const;
  /// What one sign says for each value, in nats; to explain with.
  const ValueScores& weight(std::size_t token) const {
    static constexpr ValueScores kNothing{};
    return weights_.empty() ? kNothing : weights_[token];
  }
  /// Of tokens, then of the reader's numbers; empty while nothing is learnt.
  std::span<const ValueScores> weights() const { return weights_; }
  /// What was learnt and is read from disk; as many as weights() has.
  void adopt(std::vector<ValueScores> weights, const std::array<bool, kValues>& may_be);

  /// So many acts say less together than they do singly, because a user has his own tastes: what sums of scores are multiplied with.
  static float temper(float acts) { return 1 / (1 + acts / kTaste); }

 private:
  static constexpr float kTaste = 40;

  void train_one(std::span<const LabelledUser> users, std::size_t attribute, Guesses& guesses);

  std::size_t hidden_width_;
  std::vector<ValueScores> weights_{};  // of tokens, then of the reader's numbers; empty: nothing is learnt
  std::array<bool, kAttributes> knows_{};
  std::array<bool, kValues> may_be_{};
};

}  // namespace harbinger::orchestrate
