// All that a pool sizer has learnt.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <harbinger/result.h>
#include "provision/arrival_ways.h"
#include "provision/cheapest_level.h"
#include "provision/lead_history.h"
#include "provision/lead_regression.h"
#include "provision/recalibration.h"
#include "provision/residual_levels.h"
#include "provision/sizer_timing.h"

namespace harbinger::provision {

/// For pools that start as `timing` says.
struct SizerLearnt {
  /// `bins` of each lead.
  SizerLearnt(const SizerTiming& timing, const PoolSizer::Settings& settings, std::size_t bins);

  /// As octets, and back. malformed: damaged, of another version or step; then this must not be used.
  std::vector<std::uint8_t> save(const SizerTiming& timing, double start_ms) const;
  Result<void> load(std::span<const std::uint8_t> octets, const SizerTiming& timing);
  /// When octets say that instances start otherwise by now: how. malformed as for `load`.
  static Result<double> start_ms(std::span<const std::uint8_t> octets, std::int64_t step_ms);

  ArrivalWays ways{};
  LeadRegression regression;
  ResidualLevels levels{};
  Recalibration recalibration;  ///< where a share of hits is promised
  CheapestLevel cheapest;       ///< where costs say it

  template <class Archive>
  void state(Archive& archive) {
    ways.state(archive), regression.state(archive), levels.state(archive);
    recalibration.state(archive), cheapest.state(archive);
  }
};

}  // namespace harbinger::provision
