// What came out over all series.
#pragma once

#include <array>
#include <vector>

#include "server/replay/forecast_replay.h"

namespace harbinger::replay {

class ForecastSummary {
 public:
  /// One more series.
  void add(std::size_t horizon, const HorizonLosses& losses) { losses_[horizon].push_back(losses); }
  void add(const BurstReport& report) { bursts_.add(report); }

  HorizonResult horizon(std::size_t horizon) const;
  const BurstReport& bursts() const { return bursts_; }

 private:
  std::array<std::vector<HorizonLosses>, kHorizons> losses_;
  BurstReport bursts_;
};

}  // namespace harbinger::replay
