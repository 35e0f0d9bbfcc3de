#include "provision/cheapest_level.h"

#include <algorithm>
#include <cmath>

#include "provision/recalibration.h"

namespace harbinger::provision {

namespace {

constexpr double kMemory = 1.0 / 10'000, kRealMemory = 1.0 / 3000;
constexpr double kPrior = 100;  // ticks

}  // namespace

CheapestLevel::CheapestLevel(double cold, double idle)
    : cold_(cold), idle_cost_(idle), newsvendor_(std::clamp(idle / (cold + idle), 3e-4, 0.5)) {
  choose(1);
}

void CheapestLevel::judge(const ResidualLevels::Levels& missed_at, const ResidualLevels::Levels& idle_at, double ticks,
                          double missed, double level) {
  count_ = std::min(count_ + 1, 1e9);
  const auto pace = static_cast<float>(std::max(1 / count_, kMemory));
  for (std::size_t i = 0; i < missed_.size(); ++i) {
    missed_[i] += pace * (missed_at[i] - missed_[i]);
    idle_[i] += pace * (idle_at[i] - idle_[i]);
  }
  real_ += kRealMemory * (missed - real_);
  reckoned_ += kRealMemory * (between(missed_at, level) - reckoned_);
  constexpr auto kOften = 16.0;
  if (count_ < 200 || std::fmod(count_, kOften) == 0) choose(ticks);
}

void CheapestLevel::choose(double ticks) {
  // Somewhat more find none than is reckoned, as instances are stopped in between.
  const double little = 1e-3 * (1 + real_);
  const double cold = cold_ * std::clamp((real_ + little) / (reckoned_ + little), 0.5, 4.0);
  double least = -1;
  for (std::size_t i = 0; i < ResidualLevels::kLevels; ++i) {
    const double cost = cold * static_cast<double>(missed_[i]) + idle_cost_ * static_cast<double>(idle_[i]) / ticks;
    const double off = std::log(static_cast<double>(ResidualLevels::kTails[i]) / newsvendor_);
    const double all = cost * (1 + kPrior / (kPrior + count_) * 0.5 * off * off) + 1e-9 * off * off;
    if (least >= 0 && all >= least) continue;
    least = all;
    level_ = static_cast<double>(i);
  }
}

}  // namespace harbinger::provision
