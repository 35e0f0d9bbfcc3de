#include "learn/refresh_judge.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace harbinger {
namespace {

constexpr float kRate = 0.15F;
constexpr float kFirstSteps = 1;

float logit(double p) {
  p = std::clamp(p, 0.005, 0.995);
  return static_cast<float>(std::log(p / (1 - p)));
}

float log2_of(double x) { return static_cast<float>(std::log2(1 + std::max(0.0, x))); }

}  // namespace

RefreshJudge::RefreshJudge() {
  for (auto& weights : weights_) {
    weights.steps.fill(kFirstSteps);
    weights.weight[1] = 0.2F;
    weights.weight[2] = 0.9F;
  }
  weights_[static_cast<std::size_t>(RefreshPlanner::Reason::renewal)].weight[1] = 0.7F;
}

// All of them within about -2 and 2.
Signs RefreshJudge::signs(const RefreshRecord& record, const Situation& situation) {
  const double ttl_s = std::max<double>(record.full_ttl_s, 1);
  const float rhythm = logit(situation.rhythm);
  const float specific = situation.specific > 0 ? logit(situation.specific) : 0;
  return {1,
          rhythm,
          specific,
          log2_of(record.hits) / 3,
          log2_of(record.asked_times) / 4,
          static_cast<float>(std::popcount(record.clients)) / 6,
          static_cast<float>(std::min(situation.age_s / ttl_s, 3.0)) / 2,
          log2_of(ttl_s) / 8,
          log2_of(situation.idle_s) / 6,
          static_cast<float>(std::min<int>(record.renewals, 4)) / 2,
          record.type == 28 ? 1.F : 0.F,
          record.type == 12 ? 1.F : 0.F,
          record.type != 1 && record.type != 28 && record.type != 12 ? 1.F : 0.F,
          record.hits == 0 ? 1.F : 0.F};
}

double RefreshJudge::probability(RefreshPlanner::Reason reason, const Signs& signs) const {
  const Weights& weights = weights_[static_cast<std::size_t>(reason)];
  float sum = 0;
  for (std::size_t i = 0; i < kSigns; ++i) sum += weights.weight[i] * signs[i];
  return 1 / (1 + std::exp(-static_cast<double>(sum)));
}

void RefreshJudge::learn(RefreshPlanner::Reason reason, const Signs& signs, bool came_true) {
  Weights& weights = weights_[static_cast<std::size_t>(reason)];
  const auto error = static_cast<float>((came_true ? 1 : 0) - probability(reason, signs));
  for (std::size_t i = 0; i < kSigns; ++i) {
    const float slope = error * signs[i];
    weights.steps[i] += slope * slope;
    weights.weight[i] += kRate * slope / std::sqrt(weights.steps[i]);
  }
}

}  // namespace harbinger
