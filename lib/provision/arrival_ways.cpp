#include "provision/arrival_ways.h"

#include <algorithm>

namespace harbinger::provision {

namespace {

constexpr std::array<float, 5> kPaces{0.3F, 0.1F, 0.03F, 0.01F, 0.003F};
constexpr float kFade = 0.9F, kLevelPace = 0.2F, kTrendPace = 0.02F, kAbovePace = 0.05F, kRisePace = 0.005F;

// What a trend of 1 a tick adds to the sum of the next ticks, when it fades.
double trend_sum(std::size_t ticks) {
  double sum = 0, rise = 0, step = kFade;
  for (std::size_t i = 0; i < ticks; ++i, step *= kFade) sum += rise += step;
  return sum;
}

void follow(float& level, float& trend, float value, float level_pace, float trend_pace) {
  const float before = level, expected = level + kFade * trend;
  level = expected + level_pace * (value - expected);
  trend = kFade * trend + trend_pace * (level - before - kFade * trend);
}

}  // namespace

std::string_view ArrivalWays::name(std::size_t way) {
  constexpr std::array<std::string_view, kWays> kNames{"fastest mean", "fast mean",    "middle mean", "slow mean",
                                                       "slowest mean", "trend",        "usual day",   "holt-winters",
                                                       "arima(3,0,0)", "arima(3,1,0)", "mean of all"};
  return way < kWays ? kNames[way] : "";
}

void ArrivalWays::see(UnixMillis at, std::int64_t tick_ms, double count) {
  const auto value = static_cast<float>(count);
  const auto middle = at - tick_ms / 2;
  const auto usual = static_cast<float>(day_.usual(middle, all_));
  seen_ = std::min(seen_ + 1, 1e6F);
  for (std::size_t i = 0; i < kMeans; ++i) means_[i] += std::max(1 / seen_, kPaces[i]) * (value - means_[i]);
  all_ += std::max(1 / seen_, 1e-4F) * (value - all_);
  if (seen_ <= 1) {
    level_ = value;
  } else {
    follow(level_, trend_, value, kLevelPace, kTrendPace);
    follow(above_, rise_, value - usual, kAbovePace, kRisePace);
  }
  day_.see(middle, count);
  arima_.see(count);
  steps_.see(count);
}

ArrivalWays::Forecasts ArrivalWays::forecast(UnixMillis at, std::int64_t tick_ms, std::size_t ticks) const {
  const auto n = static_cast<float>(ticks);
  const auto rising = static_cast<float>(trend_sum(ticks));
  const auto middle = at + static_cast<std::int64_t>(ticks) * tick_ms / 2;
  const float usual = n * static_cast<float>(day_.usual(middle, all_));
  Forecasts out{};
  for (std::size_t i = 0; i < kMeans; ++i) out[i] = n * means_[i];
  out[trend] = n * level_ + rising * trend_;
  out[day] = usual;
  out[season] = usual + n * above_ + rising * rise_;
  out[arima] = static_cast<float>(arima_.sum_of_next(ticks));
  out[steps] = static_cast<float>(steps_.sum_of_next(ticks));
  out[mean] = n * all_;
  for (auto& each : out) each = std::max(each, 0.0F);
  return out;
}

void ArrivalWays::rescale(double factor) {
  const auto by = static_cast<float>(factor);
  for (auto& each : means_) each *= by;
  for (auto* each : {&all_, &level_, &trend_, &above_, &rise_}) *each *= by;
  day_.rescale(factor), arima_.rescale(factor), steps_.rescale(factor);
}

}  // namespace harbinger::provision
