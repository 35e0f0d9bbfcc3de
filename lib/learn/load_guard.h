// Learning must not take much from answering: under load only some of the clients are learnt from.
#pragma once

#include <time.h>

#include <atomic>
#include <cstdint>

#include <harbinger/access.h>

namespace harbinger {

/// When the learning thread has used up its share of a second, nothing more is taken in this second, and half of the clients from then on;
/// when it takes far less, twice as many. The same clients stay in, so that what is learnt are whole sessions. `takes` may be called by any
/// thread, the rest by the learning one.
class LoadGuard {
 public:
  explicit LoadGuard(double most_time) : most_time_(most_time) {}

  bool takes(ClientKey client) const noexcept {
    // Not the bits by which clients are spread over tables.
    return !used_up_.load(std::memory_order_relaxed) && (client >> 40 & mask_.load(std::memory_order_relaxed)) == 0;
  }
  double share() const noexcept { return 1.0 / (mask_.load(std::memory_order_relaxed) + 1); }

  /// Runs `work`, and takes its time into account.
  template <class Work>
  void measure(Work&& work) {
    const auto before = seconds(CLOCK_THREAD_CPUTIME_ID);
    work();
    used(seconds(CLOCK_THREAD_CPUTIME_ID) - before, seconds(CLOCK_MONOTONIC));
  }
  /// So many seconds of processor time were used; it is `now`.
  void used(double busy, double now) noexcept {
    if (since_ == 0) {
      since_ = now;
      return;
    }
    busy_ += busy;
    const bool too_much = busy_ > most_time_ * kInterval;
    used_up_.store(too_much, std::memory_order_relaxed);
    if (now - since_ < kInterval) return;
    const auto mask = mask_.load(std::memory_order_relaxed);
    if (too_much && mask < kMostMask) mask_.store(mask << 1 | 1, std::memory_order_relaxed);
    if (busy_ < most_time_ * kInterval / 3) mask_.store(mask >> 1, std::memory_order_relaxed);
    used_up_.store(false, std::memory_order_relaxed);
    since_ = now;
    busy_ = 0;
  }

 private:
  static constexpr double kInterval = 1;
  static constexpr std::uint32_t kMostMask = 1023;

  static double seconds(clockid_t clock) noexcept {
    timespec now;
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  }

  const double most_time_;
  std::atomic<std::uint32_t> mask_{0};
  std::atomic<bool> used_up_{false};
  double since_ = 0, busy_ = 0;
};

}  // namespace harbinger
