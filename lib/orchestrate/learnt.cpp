#include "orchestrate/learnt.h"

#include <algorithm>
#include <cmath>

#include "orchestrate/kinds_finder.h"

namespace harbinger::orchestrate {
namespace {

using Guesses = AttributeHeads::Guesses;

/// What heads and kinds say of one attribute of users who were labelled, each without his own label.
struct HeldOut {
  std::span<const LabelledUser> users;
  const Guesses &heads, &kinds;
  std::size_t attribute;

  double loss(float by_kinds, float sharpness) const {
    constexpr double kWrong = 0.05;
    double loss = 0;
    for (std::size_t u = 0; u < users.size(); ++u) {
      const auto label = users[u].labels[attribute];
      const auto from_heads = scores_of(heads[u], attribute), from_kinds = scores_of(kinds[u], attribute);
      if (label >= from_heads.size()) continue;
      std::array<float, kMostValues> room{};
      const auto chances = std::span(room).first(from_heads.size());
      for (std::size_t v = 0; v < chances.size(); ++v)
        chances[v] = by_kinds * from_kinds[v] + (1 - by_kinds) * from_heads[v];
      sharpen(chances, sharpness);
      loss -= std::log((1 - kWrong) * chances[label] + kWrong / static_cast<double>(chances.size()));
    }
    return loss;
  }
};

// Both are what they foretell labels best by (the power: Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017).
void choose(const HeldOut& held_out, bool has_kinds, float& by_kinds, float& sharpness) {
  double least = HUGE_VAL;
  for (const float share : {1.0F, 0.75F, 0.5F, 0.25F, 0.0F}) {
    if (!has_kinds && share > 0) continue;
    for (float power = 0.5F; power < 4.1F; power *= 1.23F) {
      const double loss = held_out.loss(share, power);
      if (loss >= least) continue;
      least = loss;
      by_kinds = share;
      sharpness = power;
    }
  }
}

}  // namespace

void sharpen(std::span<float> chances, float power) noexcept {
  float all = 0;
  for (auto& chance : chances) all += chance = std::pow(std::max(chance, 1e-6F), power);
  for (auto& chance : chances) chance /= all;
}

void Learnt::learn_labels(std::span<const LabelledUser> labelled) {
  const auto from_heads = heads.train(labelled);
  const auto from_kinds = kinds.name(labelled);
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute)
    choose({labelled, from_heads, from_kinds, attribute}, !kinds.empty(), by_kinds[attribute], sharpness[attribute]);
  ++version;
}

void Learnt::learn_kinds(std::span<const LabelledUser> users, std::uint64_t seed) {
  auto found = find_kinds(users, seed);
  if (found.empty()) return;
  keep_numbers(found, kinds, users, last_cluster);
  kinds = std::move(found);
  ++version;
}

}  // namespace harbinger::orchestrate
