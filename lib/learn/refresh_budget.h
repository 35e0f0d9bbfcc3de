// How probable a resolution must be to be worth its upstream query: high when useless ones have eaten the budget, low when it is unused.
#pragma once

#include <cstdint>

namespace harbinger {

/// Counts upstream queries with refreshing against those that there would have been without, and turns what is left of the allowance into
/// a price. What a resolution costs is estimated when it is planned, and known when it was used or not.
class RefreshBudget {
 public:
  RefreshBudget(double extra, double floor) : extra_(extra), floor_(floor) {}

  /// A question that would have gone upstream without refreshing.
  void missed_without() {
    ++without_;
    change(extra_ + 1);
  }
  /// One that did go upstream.
  void missed() {
    ++with_;
    change(-1);
  }
  /// A resolution ahead that is expected to cost `cost` upstream queries in the end, 0 to 1.
  void planned(double cost) {
    ++with_;
    under_way_ += 1 - cost;
    change(-cost);
  }
  /// It was used, or will not be; what it did cost is counted by the misses from now on.
  void settled(double cost) {
    under_way_ -= 1 - cost;
    change(cost - 1);
  }

  /// What is less probable is not worth it, where the answer is either used at once or never.
  double threshold() const;
  /// Misses that must be removed for each upstream query that it costs.
  double price() const { return threshold() / (1 - threshold()); }
  /// Share of upstream queries beyond those without.
  double extra_so_far() const;
  std::uint64_t misses_without() const { return without_; }

 private:
  void change(double by);

  const double extra_, floor_;
  std::uint64_t with_ = 0, without_ = 0;
  double under_way_ = 0;  // queries that those not settled yet are expected to save
  double left_ = 0;       // queries that may still be wasted
};

}  // namespace harbinger
