// Whether a series rises faster than its past explains.
#pragma once

#include <algorithm>
#include <numbers>

#include "learn/demand/line.h"

namespace harbinger::demand {

/// Log-likelihood that makes a burst: by chance it is reached about once in 15 million steps (10,000 names for a day of minutes).
inline constexpr float kBurst = 16.5f;

/// CUSUM of a doubled Poisson rate against the expected one (Page, 1954), for counts that spread more than Poisson's. `expected`: before this count was seen.
inline void watch_for_burst(Line& line, float count, float expected) {
  constexpr float kLeastExpected = 0.5f, kSpreadRate = 0.02f, kMostSpread = 1e6f;
  const float mean = std::max(expected, kLeastExpected);
  const float evidence = count * std::numbers::ln2_v<float> - mean;
  line.burst = std::clamp(line.burst + evidence / line.spread, 0.0f, 1.5f * kBurst);
  // What is a burst tells nothing of the usual spread.
  const float square =
      std::min((count - mean) * (count - mean) / mean, line.burst < kBurst ? 25 * line.spread : line.spread);
  line.spread = std::clamp(line.spread + (square - line.spread) * kSpreadRate, 1.0f, kMostSpread);
}

inline bool bursts(const Line& line) { return line.burst >= kBurst; }

}  // namespace harbinger::demand
