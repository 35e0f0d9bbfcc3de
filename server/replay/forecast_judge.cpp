#include "server/replay/forecast_judge.h"

#include <algorithm>
#include <cmath>

namespace harbinger::replay {

void Losses::add(const Said& said, double count) {
  error += std::abs(count - said.middle);
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    const double above = count - said.quantiles[i];
    pinball[i] += above >= 0 ? kLevels[i] * above : (kLevels[i] - 1) * above;
    covered[i] += above <= 0;
  }
}

void ResidualQuantiles::add(double residual) {
  if (ring_.size() < kMost) {
    ring_.push_back(residual);
  } else {
    sorted_.erase(std::ranges::lower_bound(sorted_, ring_[next_]));
    ring_[next_] = residual;
    next_ = (next_ + 1) % kMost;
  }
  sorted_.insert(std::ranges::upper_bound(sorted_, residual), residual);
}

double ResidualQuantiles::at(double level) const {
  if (sorted_.empty()) return 0;
  const auto place = static_cast<std::size_t>(level * static_cast<double>(sorted_.size()));
  return sorted_[std::min(place, sorted_.size() - 1)];
}

// What was said of this count was said `ahead` counts ago.
void HorizonJudge::came(double count, bool judged) {
  if (came_++ < ahead_) return;
  const auto& said = said_[(came_ - 1) % ahead_];
  for (std::size_t i = 0; i < said.size(); ++i) {
    if (judged) losses_.of[i].add(said[i], count);
    if (i > 0) residuals_[i - 1].add(count - said[i].middle);
  }
  losses_.judged += judged;
}

void HorizonJudge::say(const Said& ours, const std::array<double, kBaselines>& baselines) {
  std::array<Said, 1 + kBaselines> all{ours};
  for (std::size_t i = 0; i < kBaselines; ++i) {
    all[i + 1].middle = baselines[i];
    for (std::size_t level = 0; level < kLevels.size(); ++level)
      all[i + 1].quantiles[level] = std::max(0.0, baselines[i] + residuals_[i].at(kLevels[level]));
  }
  said_.resize(ahead_);
  said_[(came_ - 1) % ahead_] = all;
}

}  // namespace harbinger::replay
