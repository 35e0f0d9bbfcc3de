#include "orchestrate/logistic.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace harbinger::orchestrate {
namespace {

constexpr std::size_t kMostClasses = 8;
constexpr float kStep = 0.1F, kMeanKept = 0.9F, kSquareKept = 0.99F, kSmall = 1e-8F;

std::vector<float> class_weights(std::span<const std::uint8_t> classes, std::size_t count) {
  std::vector<float> weights(count, 0);
  for (const auto one : classes)
    if (one < count) weights[one] += 1;
  const auto present = static_cast<float>(std::ranges::count_if(weights, [](float weight) { return weight > 0; }));
  for (auto& weight : weights)
    if (weight > 0) weight = 1 / (weight * present);
  return weights;
}

class Fit {
 public:
  Fit(const SparseRows& rows, std::span<const std::uint8_t> classes, const LogisticSettings& settings)
      : rows_(rows),
        classes_(classes),
        settings_(settings),
        class_weights_(class_weights(classes, settings.classes)),
        weights_(settings.columns * settings.classes, 0),
        slope_(weights_.size()),
        mean_(weights_.size(), 0),
        square_(weights_.size(), 0) {}

  std::vector<float> run() {
    for (unsigned step = 1; step <= settings_.steps; ++step) {
      for (std::size_t i = 0; i < weights_.size(); ++i) slope_[i] = settings_.pull * weights_[i];
      for (std::size_t row = 0; row < rows_.size(); ++row)
        if (classes_[row] < settings_.classes) add_slope(row);
      move(step);
    }
    return std::move(weights_);
  }

 private:
  // Of -ln((1 - wrong) p(label) + wrong / classes): a label that cannot be pulls little.
  void add_slope(std::size_t row) {
    std::array<float, kMostClasses> room{};
    const auto sums = std::span(room).first(settings_.classes);
    logistic_sums(rows_, row, weights_, sums);
    softmax(sums);
    const auto label = classes_[row];
    const float right = (1 - settings_.wrong) * sums[label];
    const float trust = right / (right + settings_.wrong / static_cast<float>(settings_.classes));
    for (std::size_t c = 0; c < sums.size(); ++c)
      sums[c] = class_weights_[label] * trust * (sums[c] - (c == label ? 1.0F : 0.0F));
    for (auto i = rows_.begins[row]; i < rows_.begins[row + 1]; ++i) {
      float* to = &slope_[rows_.columns[i] * settings_.classes];
      for (std::size_t c = 0; c < sums.size(); ++c) to[c] += sums[c] * rows_.values[i];
    }
  }

  void move(unsigned step) {
    const float mean_bias = 1 - std::pow(kMeanKept, static_cast<float>(step)),
                square_bias = 1 - std::pow(kSquareKept, static_cast<float>(step));
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      mean_[i] = kMeanKept * mean_[i] + (1 - kMeanKept) * slope_[i];
      square_[i] = kSquareKept * square_[i] + (1 - kSquareKept) * slope_[i] * slope_[i];
      weights_[i] -= kStep * (mean_[i] / mean_bias) / (std::sqrt(square_[i] / square_bias) + kSmall);
    }
  }

  const SparseRows& rows_;
  const std::span<const std::uint8_t> classes_;
  const LogisticSettings& settings_;
  const std::vector<float> class_weights_;
  std::vector<float> weights_, slope_, mean_, square_;
};

}  // namespace

std::vector<float> fit_logistic(const SparseRows& rows, std::span<const std::uint8_t> classes,
                                const LogisticSettings& settings) {
  return Fit(rows, classes, settings).run();
}

void logistic_sums(const SparseRows& rows, std::size_t row, std::span<const float> weights, std::span<float> sums) {
  std::ranges::fill(sums, 0.0F);
  for (auto i = rows.begins[row]; i < rows.begins[row + 1]; ++i) {
    const float* from = &weights[rows.columns[i] * sums.size()];
    for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += rows.values[i] * from[c];
  }
}

float softmax(std::span<float> sums) noexcept {
  const float most = *std::ranges::max_element(sums);
  float all = 0;
  for (auto& sum : sums) all += sum = std::exp(sum - most);
  for (auto& sum : sums) sum /= all;
  return most + std::log(all);
}

}  // namespace harbinger::orchestrate
