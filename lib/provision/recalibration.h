// Which level keeps what is promised.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "provision/residual_levels.h"

namespace harbinger::provision {

/// Each level is judged by how many would have found none ready so far. The level that would have kept the
/// promise is taken; what did come of it then moves the promise a little, up or down (adaptive conformal inference, Gibbs and Candes 2021).
class Recalibration {
 public:
  /// `promise`: the share that may find none, above 0.
  explicit Recalibration(double promise) : promise_(promise) {}

  /// So many would have found none at each level, of `all`.
  void judge(const ResidualLevels::Levels& bad, double all);
  /// So many did in fact, of `all`.
  void happened(double bad, double all);

  /// Index of a level, with what it lies between: 3.5 is halfway between the third and the fourth.
  double level() const;
  /// How seldom it is passed.
  static double tail(double level);

  template <class Archive>
  void state(Archive& archive) {
    archive(bad_), archive(all_), archive(count_), archive(moved_);
  }

 private:
  double share(std::size_t level) const;

  double promise_;
  ResidualLevels::Levels bad_{};            // means of a tick, of late
  double all_ = 0, count_ = 0, moved_ = 0;  // moved: by e^-moved
};

/// What lies between the levels.
double between(std::span<const float> levels, double level);

}  // namespace harbinger::provision
