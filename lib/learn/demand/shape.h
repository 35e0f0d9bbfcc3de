// The rhythm of a cluster: how its demand goes up and down with the hour of the week.
#pragma once

#include <array>
#include <cstdint>

#include <harbinger/access.h>
#include "learn/demand/line.h"

namespace harbinger::demand {

/// A time of the week, between two hours.
struct Hour {
  std::size_t slot = 0, next = 0;  ///< of the week, 0..167
  float share = 0;                 ///< of `next`
};
Hour hour_of(UnixMillis at);

/// Hour of the week by hour, by how much demand was above or below the usual. Series that are new borrow it.
class Shape {
 public:
  /// The cluster's whole demand in the interval that ended at `at`; `weight`: the interval's part of an hour.
  void learn(UnixMillis at, float total, float weight);
  /// Around 1.
  float at(const Hour& hour) const;
  /// How far that hour is above the same hour of other days; 1 where that is not known.
  float weekday(const Hour& hour) const;
  /// Errors of the ways and quantiles, pooled over the cluster's series, in scales.
  std::array<std::array<float, kWays>, kHorizons> error{};
  std::array<std::array<float, kQuantiles>, kHorizons> z{};
  std::uint32_t judged = 0;

  Shape();

 private:
  static constexpr std::size_t kSlots = 168;
  float usual_ = 0;
  std::array<float, kSlots> slots_{};  // 0: never seen
  std::array<float, 24> hours_{};      // of any day
};

}  // namespace harbinger::demand
