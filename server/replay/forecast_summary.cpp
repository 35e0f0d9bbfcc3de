#include "server/replay/forecast_summary.h"

#include <algorithm>
#include <cmath>

namespace harbinger::replay {

namespace {

constexpr auto kDayAgo = 1 + static_cast<std::size_t>(ForecastBaseline::day_ago);

// A geometric mean, of what is above 0.
class Ratios {
 public:
  void add(double above, double below) {
    if (above <= 0 || below <= 0) return;
    logs_ += std::log(above / below);
    ++count_;
  }
  double mean() const { return count_ == 0 ? 0 : std::exp(logs_ / static_cast<double>(count_)); }

 private:
  double logs_ = 0;
  std::size_t count_ = 0;
};

using Series = std::vector<HorizonLosses>;

// `loss`, over that of the day before: geometric means over series, for ours and each baseline.
template <class Loss>
std::array<double, 1 + kBaselines> over_day(const Series& all, const Loss& loss) {
  std::array<double, 1 + kBaselines> means{};
  for (std::size_t who = 0; who < means.size(); ++who) {
    Ratios ratios;
    for (const auto& each : all) ratios.add(loss(each.of[who]), loss(each.of[kDayAgo]));
    means[who] = ratios.mean();
  }
  return means;
}

std::size_t best_of(const std::array<double, 1 + kBaselines>& means) {
  return static_cast<std::size_t>(std::min_element(means.begin() + 1, means.end()) - (means.begin() + 1));
}

double over_best_of_each(const Series& all) {
  Ratios ratios;
  for (const auto& each : all) {
    const auto best = std::min_element(each.of.begin() + 1, each.of.end(),
                                       [](const Losses& a, const Losses& b) { return a.error < b.error; });
    ratios.add(each.of[0].error, best->error);
  }
  return ratios.mean();
}

}  // namespace

HorizonResult ForecastSummary::horizon(std::size_t horizon) const {
  Series all;
  for (const auto& each : losses_[horizon])
    if (each.of[kDayAgo].error > 0 && each.of[0].error > 0) all.push_back(each);
  HorizonResult result{.series = all.size()};
  for (const auto& each : all) result.judged += each.judged;
  if (all.empty()) return result;
  result.over_day = over_day(all, [](const Losses& losses) { return losses.error; });
  result.best = best_of(result.over_day);
  result.over_best = result.over_day[0] / result.over_day[1 + result.best];
  result.over_each = over_best_of_each(all);
  for (std::size_t level = 0; level < kLevels.size(); ++level) {
    double covered = 0;
    for (const auto& each : all) covered += each.of[0].covered[level];
    result.covered[level] = covered / static_cast<double>(result.judged);
    const auto pinball = over_day(all, [&](const Losses& losses) { return losses.pinball[level]; });
    result.pinball_best[level] = best_of(pinball);
    result.pinball[level] = pinball[0] / pinball[1 + result.pinball_best[level]];
  }
  return result;
}

}  // namespace harbinger::replay
