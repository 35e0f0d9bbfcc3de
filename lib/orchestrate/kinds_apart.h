// The sums that kinds of users are found by, and whether two kinds are one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "orchestrate/user_kinds.h"

namespace harbinger::orchestrate {

struct CountedUser {
  const LabelledUser* user = nullptr;
  std::vector<std::pair<std::uint16_t, float>> counts{};  ///< of his signs, ascending
  float acts = 0;
  std::vector<float> of{};  ///< probability of each kind
};

/// Signs of all users, by kind. The users outlive it.
class KindCounts {
 public:
  using Labels = std::array<std::array<float, kMostValues>, kAttributes>;

  explicit KindCounts(std::span<const LabelledUser> users);

  /// From the rows' probabilities: everything below.
  void sum_up();
  /// How much each sign counts, by how much users of one kind differ in it.
  void weigh_signs();
  void drop_smaller_than(float users);
  void merge(std::size_t from, std::size_t into);

  /// ln of how much likelier a sign is for a kind than for anybody; where it counts less, less.
  float log_of(std::size_t token, std::size_t kind) const { return logs_[token * kinds + kind]; }
  /// Probability of a sign among those of its sort, for one or two kinds together.
  float sum_of(std::size_t token, std::size_t kind) const { return sums_[token * kinds + kind]; }
  float total_of(std::size_t token, std::size_t kind) const { return totals_[sign_of[token] * kinds + kind]; }
  float weight_of(std::size_t token) const { return weights_[sign_of[token]]; }
  float smooth(std::size_t token, float sum, float total) const {
    return (sum + kSmooth * common[token]) / (total + kSmooth);
  }

  std::size_t kinds = 0;
  std::vector<CountedUser> rows{};
  std::vector<float> common{};          ///< share of each sign among those of its sort, of all users; 0: never seen
  std::vector<std::uint16_t> seen{};    ///< signs of anybody
  std::vector<std::uint8_t> sign_of{};  ///< Sign of each token
  std::vector<float> users_of{};        ///< of each kind
  std::vector<Labels> labels_of{};      ///< of each kind
  float mean_acts = 0;

 private:
  static constexpr float kSmooth = 40;
  std::vector<float> sums_{}, totals_{}, logs_{};
  std::array<float, kSigns> weights_{};
};

/// What all kinds together must explain, so that there may be so many; nats.
double worth_of_kinds(const KindCounts& counts);
/// Pairs of kinds that gain by being one, the most first; no kind is in two of them. From, which is the greater number, into.
std::vector<std::pair<std::size_t, std::size_t>> alike_pairs(const KindCounts& counts);

}  // namespace harbinger::orchestrate
