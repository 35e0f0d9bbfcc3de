#include "provision/recalibration.h"

#include <algorithm>
#include <cmath>

namespace harbinger::provision {

namespace {

constexpr double kMemory = 1.0 / 10'000;
constexpr double kPrior = 50;  // ticks that what levels promise by themselves is worth
constexpr double kPace = 0.05, kMostAtOnce = 0.5, kMostMoved = 1.5;

}  // namespace

void Recalibration::judge(const ResidualLevels::Levels& bad, double all) {
  count_ = std::min(count_ + 1, 1e9);
  const double pace = std::max(1 / count_, kMemory);
  all_ += pace * (all - all_);
  for (std::size_t i = 0; i < bad.size(); ++i) bad_[i] += static_cast<float>(pace) * (bad[i] - bad_[i]);
}

void Recalibration::happened(double bad, double all) {
  // What usually comes in a tick, faring badly altogether, moves it by kPace; one client in a tenth of a tick is counted as if there were more.
  const double step = kPace * (bad - promise_ * all) / std::max(all_, 0.1);
  moved_ = std::clamp(moved_ + std::clamp(step, -kMostAtOnce, kMostAtOnce), -kMostMoved, kMostMoved);
}

double Recalibration::share(std::size_t level) const {
  const double before = kPrior / (kPrior + count_), promised = static_cast<double>(ResidualLevels::kTails[level]);
  const double seen = all_ > 0 ? static_cast<double>(bad_[level]) / all_ : promised;
  return before * promised + (1 - before) * seen;
}

double Recalibration::level() const {
  const double wanted = promise_ * std::exp(-moved_);
  double last = share(0);
  if (last <= wanted) return 0;
  for (std::size_t i = 1; i < ResidualLevels::kLevels; ++i) {
    const double here = std::min(share(i), last);
    if (here <= wanted) return static_cast<double>(i) - (wanted - here) / std::max(last - here, 1e-12);
    last = here;
  }
  return static_cast<double>(ResidualLevels::kLevels - 1);
}

double Recalibration::tail(double level) { return between(ResidualLevels::kTails, level); }

double between(std::span<const float> levels, double level) {
  const double at = std::clamp(level, 0.0, static_cast<double>(levels.size() - 1));
  const auto below = static_cast<std::size_t>(at);
  const auto above = std::min(below + 1, levels.size() - 1);
  const double share = at - static_cast<double>(below);
  return (1 - share) * static_cast<double>(levels[below]) + share * static_cast<double>(levels[above]);
}

}  // namespace harbinger::provision
