#include "learn/refresh_budget.h"

#include <algorithm>
#include <cmath>

namespace harbinger {
namespace {

constexpr double kMostSaved = 300, kMostOwed = 300;  // queries
constexpr double kEven = 40, kScarce = 0;            // queries left
constexpr double kSteepness = 0.01;                  // log odds for each query less
constexpr double kSteepnessWhenScarce = 0.05;
constexpr double kStrictest = 0.98;

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

void RefreshBudget::change(double by) {
  left_ = std::clamp(left_ + by, under_way_ - kMostOwed, under_way_ + kMostSaved);
}

// Those under way count as useless until they were used, so that the allowance holds at every moment.
double RefreshBudget::threshold() const {
  const double left = left_ - under_way_;
  const double log_odds = left > kScarce ? kSteepness * (kEven - left)
                                         : kSteepness * (kEven - kScarce) + kSteepnessWhenScarce * (kScarce - left);
  return std::clamp(logistic(log_odds), floor_, kStrictest);
}

double RefreshBudget::extra_so_far() const {
  return without_ == 0 ? 0 : static_cast<double>(with_) / static_cast<double>(without_) - 1;
}

}  // namespace harbinger
