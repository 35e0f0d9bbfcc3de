// How probable a resolution must be to be worth its upstream query: high when useless ones have eaten the budget, low when it is unused.
#pragma once

#include <cstdint>

namespace harbinger {

/// Counts upstream queries with refreshing against those that there would have been without, and turns what is left of the allowance into
/// a threshold. A resolution that is still waiting to be used counts as useless as it is improbable.
class RefreshBudget {
 public:
  RefreshBudget(double extra, double floor) : extra_(extra), floor_(floor) {}

  void missed_without() {
    ++without_;
    change(extra_ + 1);
  }  ///< a question that would have gone upstream without refreshing
  void missed() {
    ++with_;
    change(-1);
  }  ///< one that did go upstream
  void planned(double p) {
    ++with_;
    change(p - 1);
  }
  void settled(double p) { change(-p); }  ///< of a planned one it is known whether it was used

  double threshold() const;
  /// Share of upstream queries beyond those without.
  double extra_so_far() const;
  std::uint64_t misses_without() const { return without_; }

 private:
  void change(double by);

  const double extra_, floor_;
  std::uint64_t with_ = 0, without_ = 0;
  double left_ = 0;  // queries that may still be wasted
};

}  // namespace harbinger
