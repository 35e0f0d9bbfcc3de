#include "server/replay/forecast_baselines.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace harbinger::replay {

namespace {

constexpr std::int64_t kDay = 86'400;

// The first value, then what has been seen with weights that fade.
void follow(double& mean, double value, double rate, bool first) {
  mean = first ? value : mean + (value - mean) * rate;
}

}  // namespace

void HoltWinters::see(double count) {
  const auto season = seasons_.size();
  if (season > 1 && seen_ < season) {
    seasons_[seen_++] = count;
    if (seen_ == season) end_first_season();
    return;
  }
  auto& seasonal = seasons_[seen_ % season];
  if (seen_++ == 0) {
    level_ = count;
    return;
  }
  const double faded = kFade * trend_, before = level_;
  level_ = level_rate_ * (count - seasonal) + (1 - level_rate_) * (before + faded);
  trend_ = trend_rate_ * (level_ - before) + (1 - trend_rate_) * faded;
  if (season > 1) seasonal += kSeasonRate * (count - level_ - seasonal);
}

void HoltWinters::end_first_season() {
  level_ = std::reduce(seasons_.begin(), seasons_.end()) / static_cast<double>(seasons_.size());
  for (auto& each : seasons_) each -= level_;
}

double HoltWinters::say(unsigned ahead) const {
  const auto season = seasons_.size();
  if (seen_ == 0) return 0;
  if (season > 1 && seen_ < season) return seasons_[seen_ - 1];
  const double steps = kFade * (1 - std::pow(kFade, ahead)) / (1 - kFade);
  return level_ + steps * trend_ + seasons_[(seen_ + ahead - 1) % season];
}

double WeeklyProfile::usual(UnixMillis at) const {
  const auto hour = static_cast<std::size_t>((at / 3'600'000 % 168 + 168) % 168);
  if (counts_[hour] > 0) return sums_[hour] / counts_[hour];
  double sum = 0, count = 0;
  for (auto same = hour % 24; same < 168; same += 24) {
    sum += sums_[same];
    count += counts_[same];
  }
  return count > 0 ? sum / count : all_;
}

void WeeklyProfile::see(UnixMillis from, double count) {
  constexpr double kLevelRate = 0.2, kMostLevel = 100;
  const auto middle = from + interval_ms_ / 2;
  const double expected = usual(middle);
  if (expected > 0) level_ += kLevelRate * (std::min(count / expected, kMostLevel) - level_);
  const auto hour = static_cast<std::size_t>((middle / 3'600'000 % 168 + 168) % 168);
  sums_[hour] += count;
  counts_[hour] += 1;
  all_ = std::reduce(sums_.begin(), sums_.end()) / std::reduce(counts_.begin(), counts_.end());
  last_ = middle;
}

double WeeklyProfile::say(unsigned ahead) const { return level_ * usual(last_ + ahead * interval_ms_); }

Baselines::Baselines(std::int64_t interval_s)
    : day_(static_cast<std::size_t>(std::max<std::int64_t>(1, kDay / interval_s))),
      holt_(0.3, 0.05, 1),
      holt_winters_(0.3, 0.05, day_),
      profile_(interval_s) {}

void Baselines::see(UnixMillis from, double count) {
  const bool first = counts_.empty();
  counts_.push_back(count);
  follow(ewma3_, count, 0.3, first);
  follow(ewma1_, count, 0.1, first);
  holt_.see(count);
  holt_winters_.see(count);
  profile_.see(from, count);
}

// The count that was as many steps before the one asked for.
double Baselines::ago(std::size_t steps, unsigned ahead, double otherwise) const {
  const auto target = counts_.size() - 1 + ahead;
  return target >= steps && target - steps < counts_.size() ? counts_[target - steps] : otherwise;
}

std::array<double, kBaselines> Baselines::say(unsigned ahead) const {
  const double last = counts_.back(), day = ago(day_, ahead, last);
  std::array<double, kBaselines> all{last,
                                     day,
                                     ago(7 * day_, ahead, day),
                                     ewma3_,
                                     ewma1_,
                                     holt_.say(ahead),
                                     holt_winters_.say(ahead),
                                     profile_.say(ahead)};
  for (auto& each : all) each = std::max(0.0, each);
  return all;
}

}  // namespace harbinger::replay
