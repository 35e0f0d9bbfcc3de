#include "provision/small_arima.h"

#include <algorithm>

namespace harbinger::provision {

namespace {

constexpr float kForget = 0.998F, kFirstSpread = 1, kMostSpread = 10, kFar = 20;

float dot(const std::array<float, 4>& a, const std::array<float, 4>& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
}

}  // namespace

void SmallArima::see(double count) {
  const auto value = static_cast<float>(count);
  seen_ = std::min(seen_ + 1, 1e6F);
  mean_ += std::max(1 / seen_, 0.001F) * (value - mean_);
  if (mean_ <= 0) return;
  const float relative = std::min(value / mean_, kFar);
  const float y = differences_ ? relative - last_ : relative;
  last_ = relative;
  if (seen_ <= kPast + 1) {
    for (std::size_t i = 0; i < kTerms; ++i) spread_[i][i] = kFirstSpread;
  } else {
    learn(terms(), y);
  }
  past_ = {y, past_[0], past_[1]};
}

void SmallArima::learn(const Terms& x, float y) {
  Terms gain{};
  for (std::size_t i = 0; i < kTerms; ++i) gain[i] = dot(spread_[i], x);
  const float size = kForget + dot(gain, x);
  const float error = y - dot(weights_, x);
  for (std::size_t i = 0; i < kTerms; ++i) weights_[i] += gain[i] / size * error;
  for (std::size_t i = 0; i < kTerms; ++i)
    for (std::size_t j = 0; j < kTerms; ++j) spread_[i][j] = (spread_[i][j] - gain[i] * gain[j] / size) / kForget;
  // Where nothing happens it would grow without end.
  float trace = 0;
  for (std::size_t i = 0; i < kTerms; ++i) trace += spread_[i][i];
  if (trace > kMostSpread * kTerms || trace < 0) {
    spread_ = {};
    for (std::size_t i = 0; i < kTerms; ++i) spread_[i][i] = kFirstSpread;
  }
}

double SmallArima::sum_of_next(std::size_t ticks) const {
  auto past = past_;
  float level = last_, sum = 0;
  for (std::size_t i = 0; i < ticks; ++i) {
    const float y = std::clamp(dot(weights_, {1, past[0], past[1], past[2]}), -kFar, kFar);
    level = std::clamp(differences_ ? level + y : y, 0.0F, kFar);
    sum += level;
    past = {y, past[0], past[1]};
  }
  return static_cast<double>(sum * mean_);
}

void SmallArima::rescale(double factor) { mean_ *= static_cast<float>(factor); }

}  // namespace harbinger::provision
