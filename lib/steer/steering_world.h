// A made-up fleet over measured round-trip times: what the ways from groups of clients to endpoints really take, and what disturbs them.
#pragma once

#include <cstdint>
#include <vector>

#include "learn/chance.h"

namespace harbinger::steer {

/// Measured round-trip times in ms, slices in the order of time, each [from][to]; NaN or 0: not measured.
using RttSlices = std::vector<std::vector<std::vector<float>>>;

class SteeringWorld {
 public:
  struct Settings {
    std::uint64_t seed = 1;
    std::size_t groups = 40, endpoints = 6;
    double hours = 3;
    std::size_t degradations = 60;  ///< of 1.8 to 6 times, for 2 to 10 minutes
    double local_share = 0.6;       ///< of these hit one group only
    double noise = 0.35;            ///< sigma of a single measurement's logarithm
  };
  /// Draws groups and endpoints from those that are measured throughout. Fewer than asked for, where there are no more.
  SteeringWorld(const RttSlices& slices, const Settings& settings);

  std::size_t groups() const { return base_.empty() ? 0 : base_.front().size(); }
  std::size_t endpoints() const { return groups() == 0 ? 0 : base_.front().front().size(); }
  double seconds() const { return seconds_; }

  /// Without noise, at a second of the run.
  double ms(std::size_t group, std::size_t endpoint, double at) const;
  /// What one measurement would say.
  double measure(std::size_t group, std::size_t endpoint, double at, learn::Chance& chance) const;
  std::size_t best(std::size_t group, double at) const;
  /// From now on an endpoint takes so many times as long for everybody.
  void degrade(std::size_t endpoint, double from, double factor) {
    degradations_.push_back({endpoint, kAll, from, seconds_ + 1, factor});
  }

 private:
  static constexpr std::size_t kAll = SIZE_MAX;
  struct Degradation {
    std::size_t endpoint, group;
    double from, to, factor;
  };
  double noise_;
  double seconds_;
  RttSlices base_;  // [slice][group][endpoint]
  std::vector<Degradation> degradations_;
};

}  // namespace harbinger::steer
