// Multinomial logistic regression on a few sparse examples, some of which are labelled wrongly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace harbinger::orchestrate {

/// Rows of few numbers in many columns.
struct SparseRows {
  std::vector<std::uint32_t> begins{0};
  std::vector<std::uint32_t> columns{};
  std::vector<float> values{};

  std::size_t size() const { return begins.size() - 1; }
  void add(std::uint32_t column, float value) {
    columns.push_back(column);
    values.push_back(value);
  }
  /// What was added since the last one is a row.
  void end_row() { begins.push_back(static_cast<std::uint32_t>(columns.size())); }
};

struct LogisticSettings {
  std::size_t columns = 0, classes = 0;
  float pull = 0.01F;   ///< towards 0: half of it times the sum of squares is added to the mean loss
  float wrong = 0.05F;  ///< share of labels that may be of any class
  unsigned steps = 50;
};

/// Weights [columns][classes], row-major. Rows whose class is not below `classes` are left out; each class counts the same, however many rows it has.
/// Steps after Adam (Kingma and Ba, ICLR 2015) over all rows, so that the same rows give the same weights; takes steps * numbers * classes multiplications.
std::vector<float> fit_logistic(const SparseRows& rows, std::span<const std::uint8_t> classes,
                                const LogisticSettings& settings);

/// The sums of a row, for each class.
void logistic_sums(const SparseRows& rows, std::size_t row, std::span<const float> weights, std::span<float> sums);
/// In place: probabilities of sums. Returns the logarithm of the sum of their exponentials.
float softmax(std::span<float> sums) noexcept;

}  // namespace harbinger::orchestrate
