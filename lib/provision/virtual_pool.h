// A pool as numbers: what a target brings when an order takes some ticks.
#pragma once

#include <cstddef>
#include <vector>

namespace harbinger::provision {

/// Time goes: `aim`, `take`, `aim`, `take`, ... An order that `aim` gives is ready for the take that comes `delay` takes after the next.
/// What is ordered cannot be called back; what is ready can be stopped at once. Who finds none ready gets one that was not of the pool.
class VirtualPool {
 public:
  explicit VirtualPool(std::size_t delay = 0) : orders_(delay + 1) {}

  /// From now on there should be `ready` instances unused or starting, and none may be stopped below `keep`.
  void aim(double ready, double keep);
  /// So many arrive within a tick; tells how many of them find none. What is left is idle for that tick.
  double take(double arrivals);

  double idle() const { return ready_; }         ///< now ready and unused
  double starting() const { return starting_; }  ///< ordered, and not ready yet
  double ordered() const { return ordered_; }    ///< of late by `aim`
  double stopped() const { return stopped_; }    ///< of late by `aim`, without having been used

 private:
  std::vector<double> orders_;  // by the take that they are ready for
  std::size_t next_ = 0;
  double ready_ = 0, starting_ = 0, ordered_ = 0, stopped_ = 0;
};

}  // namespace harbinger::provision
