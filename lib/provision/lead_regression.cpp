#include "provision/lead_regression.h"

#include <algorithm>
#include <cmath>

namespace harbinger::provision {

namespace {

constexpr float kRelief = 1.5F;        // a weight three times its price is free of it
constexpr float kPriorCount = 10;      // windows that the first weights are worth
constexpr float kBeyondChance = 2.5F;  // standard errors that a lead's weight pays
constexpr std::size_t kMoves = 6;      // at each observation
constexpr float kLargestGain = 1e6F;

}  // namespace

LeadRegression::LeadRegression(std::size_t forecasts, std::size_t leads, double overlap, double memory)
    : forecasts_(forecasts),
      overlap_(static_cast<float>(overlap)),
      keep_(static_cast<float>(1 - 1 / memory)),
      moments_((forecasts + leads) * (forecasts + leads)),
      targets_(forecasts + leads),
      weights_(forecasts + leads),
      priors_(forecasts + leads),
      active_(static_cast<std::uint32_t>(forecasts)) {
  for (std::size_t i = 0; i < forecasts; ++i) set_prior(i, 1 / static_cast<float>(forecasts));
}

void LeadRegression::set_prior(std::size_t term, float weight) { weights_[term] = priors_[term] = weight; }

float LeadRegression::predict(std::span<const float> x) const {
  float sum = 0;
  for (std::size_t i = 0; i < active_; ++i) sum += weights_[i] * x[i];
  return sum;
}

void LeadRegression::learn(std::span<const float> x, float y, float expected) {
  const float trust = 1 / std::max(expected, 0.1F);
  for (auto i = weights_.size(); i > active_; --i)
    if (x[i - 1] > 0) active_ = static_cast<std::uint32_t>(i);
  const float error = y - predict(x);
  noise_ += std::max(1 / (count_ + 10), 1 - keep_) * (trust * error * error - noise_);
  count_ = count_ * keep_ + 1;
  gain_ /= keep_;
  if (gain_ > kLargestGain) rescale(1 / gain_);
  const auto n = weights_.size();
  for (std::size_t i = 0; i < active_; ++i) {
    const float scaled = gain_ * trust * x[i];
    if (scaled == 0) continue;
    targets_[i] += scaled * y;
    auto* row = &moments_[i * n];
    for (std::size_t j = 0; j < active_; ++j) row[j] += scaled * x[j];
  }
  for (std::size_t i = 0; i < kMoves && active_ > 0; ++i) {
    at_ = at_ + 1 < active_ ? at_ + 1 : 0;
    move(at_);
  }
}

// To where the square error is least while the others stay.
void LeadRegression::move(std::size_t term) {
  const auto n = weights_.size();
  const auto* row = &moments_[term * n];
  if (row[term] <= 0) return;
  float left = targets_[term];
  for (std::size_t j = 0; j < active_; ++j) left -= row[j] * weights_[j];
  left += row[term] * weights_[term];
  const float prior = row[term] * kPriorCount * overlap_ / std::max(count_, 1.0F);
  const float plain = (left + prior * priors_[term]) / (row[term] + prior);
  if (term < forecasts_) {
    weights_[term] = std::max(0.0F, plain);
    return;
  }
  // What is well beyond chance pays nothing any more (Zhang's minimax concave penalty 2010).
  const float price = kBeyondChance * std::sqrt(noise_ * overlap_ * gain_ / row[term]);
  weights_[term] = std::max(0.0F, std::min(plain, kRelief * (plain - price)));
}

void LeadRegression::rescale(float by) {
  for (auto& each : moments_) each *= by;
  for (auto& each : targets_) each *= by;
  gain_ *= by;
}

}  // namespace harbinger::provision
