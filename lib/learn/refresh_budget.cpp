#include "learn/refresh_budget.h"

#include <algorithm>
#include <cmath>

namespace harbinger {
namespace {

constexpr double kMostSaved = 100, kMostOwed = 100;  // queries
constexpr double kSteepness = 0.06;                  // log odds per query left
constexpr double kStrictest = 0.98;

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

void RefreshBudget::change(double by) { left_ = std::clamp(left_ + by, -kMostOwed, kMostSaved); }

double RefreshBudget::threshold() const { return std::clamp(logistic(-kSteepness * left_), floor_, kStrictest); }

double RefreshBudget::extra_so_far() const {
  return without_ == 0 ? 0 : static_cast<double>(with_) / static_cast<double>(without_) - 1;
}

}  // namespace harbinger
