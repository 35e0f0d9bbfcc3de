// Whether a confidence of 0.3 comes true 30 % of the time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace harbinger::replay {

/// Expected calibration error over ten bins of equal width: the mean of |confidence - share that came true|, weighted by how many fell into
/// each bin (Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015).
class Calibration {
 public:
  static constexpr std::size_t kBins = 10;

  void add(double confidence, bool came_true);
  /// 0 when nothing was added.
  double error() const;
  std::uint64_t count() const;

  struct Bin {
    std::uint64_t count = 0, true_count = 0;
    double confidence = 0;  ///< their sum
  };
  const std::array<Bin, kBins>& bins() const { return bins_; }

 private:
  std::array<Bin, kBins> bins_{};
};

}  // namespace harbinger::replay
