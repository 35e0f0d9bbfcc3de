// How much prefetching may waste: in proportion to what clients really fetched.
#pragma once

#include <algorithm>
#include <cstdint>

namespace harbinger::edge {

/// Every octet that clients fetch from the origin, or would have without prefetching, earns a share of an octet that may be fetched in vain; a prefetch costs the octets that it is expected to waste, its
/// size times the probability that nobody wants it. So as long as probabilities are right, at most that share is fetched in vain, whatever clients do;
/// where they are not, `settle` makes it dearer. When little is left, only what is likely is paid for. Not thread-safe.
class WasteCredit {
 public:
  struct Settings {
    double share = 0.25;              ///< of an octet, earned with each octet
    double least = 0.1;               ///< probability below which nothing is fetched, however much is left
    std::uint64_t most = 64 << 20;    ///< octets that can be saved up
    std::uint64_t begin = 1 << 20;    ///< octets that are there before anything was earned
    std::uint64_t comfort = 1 << 20;  ///< with less than that, only what is likely is paid for
  };
  explicit WasteCredit(const Settings& settings) : settings_(settings), left_(static_cast<double>(settings.begin)) {}

  void earn(std::uint64_t octets) {
    left_ = std::min(left_ + static_cast<double>(octets) * settings_.share, static_cast<double>(settings_.most));
  }
  /// The probability that a prefetch must have now.
  double floor() const {
    const double full = std::clamp(left_ / static_cast<double>(settings_.comfort), 0.0, 1.0);
    const double rest = std::max(kCertain - settings_.least, 0.0);
    return settings_.least + rest * (1 - full) * (1 - full);
  }
  /// Whether it is worth its octets; if so, they are paid for.
  bool pay(double probability, std::uint64_t octets) {
    const double cost = price(probability, octets);
    if (probability < floor() || cost > left_ + (probability >= kCertain ? overdraft() : 0)) return false;
    left_ -= cost;
    return true;
  }
  /// Not fetched after all; and paid for although nobody asked: it turned out to be so large.
  void give_back(double probability, std::uint64_t octets) { left_ += price(probability, octets); }
  void charge(double probability, std::uint64_t octets) { left_ -= price(probability, octets); }
  /// What came of prefetches: how much was expected to be in vain, and how much was.
  void settle(double expected, double wasted) {
    expected_ = expected_ * kFading + expected;
    wasted_ = wasted_ * kFading + wasted;
    if (expected_ > 0) dearness_ = std::clamp(wasted_ / expected_, 0.5, 8.0);
  }
  double left() const { return left_; }
  double dearness() const { return dearness_; }

 private:
  static constexpr double kFading = 0.99, kCertain = 0.9;

  // What is as good as certain may be fetched on debts.
  double overdraft() const { return static_cast<double>(settings_.comfort); }

  double price(double probability, std::uint64_t octets) const {
    return static_cast<double>(octets) * (1 - std::clamp(probability, 0.0, 1.0)) * dearness_;
  }

  const Settings settings_;
  double left_;
  double expected_ = 0, wasted_ = 0, dearness_ = 1;
};

}  // namespace harbinger::edge
