#include "server/replay/calibration.h"

#include <algorithm>
#include <cmath>

namespace harbinger::replay {

void Calibration::add(double confidence, bool came_true) {
  if (!(confidence >= 0)) confidence = 0;  // nor what is no number
  const auto bin = static_cast<std::size_t>(std::min(confidence, 1.0) * kBins);
  auto& [count, true_count, sum] = bins_[std::min(bin, kBins - 1)];
  ++count;
  true_count += came_true ? 1 : 0;
  sum += confidence;
}

std::uint64_t Calibration::count() const {
  std::uint64_t all = 0;
  for (const auto& bin : bins_) all += bin.count;
  return all;
}

double Calibration::error() const {
  double sum = 0;
  for (const auto& bin : bins_) sum += std::abs(bin.confidence - static_cast<double>(bin.true_count));
  const auto all = count();
  return all == 0 ? 0 : sum / static_cast<double>(all);
}

}  // namespace harbinger::replay
