// How forecasts of one series did, ours and the simple ones, at each horizon.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <harbinger/demand.h>
#include "server/replay/forecast_baselines.h"

namespace harbinger::replay {

inline constexpr std::size_t kHorizons = DemandForecast::kHorizons.size();
inline constexpr std::array<double, 3> kLevels{0.5, 0.9, 0.99};

/// What is said of one count: its middle, and its quantiles by kLevels.
struct Said {
  double middle = 0;
  std::array<double, kLevels.size()> quantiles{};
};

/// Sums over what was judged.
struct Losses {
  double error = 0;  ///< absolute, of the middle
  std::array<double, kLevels.size()> pinball{}, covered{};

  void add(const Said& said, double count);
};

/// Losses of a series at a horizon. Number 0 is ours, then come the baselines.
struct HorizonLosses {
  std::uint64_t judged = 0;
  std::array<Losses, 1 + kBaselines> of{};
};

/// Quantiles of the residuals of late, sorted.
class ResidualQuantiles {
 public:
  void add(double residual);
  /// 0 as long as there is none.
  double at(double level) const;

 private:
  static constexpr std::size_t kMost = 500;
  std::vector<double> sorted_, ring_;
  std::size_t next_ = 0;
};

/// Judges one series at one horizon: each count by what was said of it, and only then is it learnt from.
class HorizonJudge {
 public:
  explicit HorizonJudge(unsigned ahead) : ahead_(ahead) {}
  /// The next count came; it counts as judged or not.
  void came(double count, bool judged);
  /// After that count: what is said of the one `ahead` steps on. A baseline's quantiles are its forecast with its residuals of late.
  void say(const Said& ours, const std::array<double, kBaselines>& baselines);

  unsigned ahead() const { return ahead_; }
  const HorizonLosses& losses() const { return losses_; }

 private:
  const unsigned ahead_;
  std::vector<std::array<Said, 1 + kBaselines>> said_;  // in the order of what it was said of
  std::array<ResidualQuantiles, kBaselines> residuals_;
  std::size_t came_ = 0;
  HorizonLosses losses_;
};

}  // namespace harbinger::replay
