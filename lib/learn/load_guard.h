// Learning must not take much from answering: under load only some of the clients are learnt from.
#pragma once

#include <time.h>

#include <atomic>
#include <cstdint>

#include <harbinger/access.h>

namespace harbinger {

/// Halves the clients while the learning thread takes more than its share of a processor, and doubles them when it takes far less. The same
/// clients stay in, so that what is learnt are whole sessions. `takes` may be called by any thread, the rest by the learning one.
class LoadGuard {
 public:
  explicit LoadGuard(double most_time) : most_time_(most_time) {}

  bool takes(ClientKey client) const noexcept {
    // Not the bits by which clients are spread over tables.
    return (client >> 40 & mask_.load(std::memory_order_relaxed)) == 0;
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
    if (now - since_ < kInterval) return;
    const auto share = busy_ / (now - since_);
    const auto mask = mask_.load(std::memory_order_relaxed);
    if (share > most_time_ && mask < kMostMask) mask_.store(mask << 1 | 1, std::memory_order_relaxed);
    if (share < most_time_ / 3) mask_.store(mask >> 1, std::memory_order_relaxed);
    since_ = now;
    busy_ = 0;
  }

 private:
  static constexpr double kInterval = 0.25;
  static constexpr std::uint32_t kMostMask = 1023;

  static double seconds(clockid_t clock) noexcept {
    timespec now;
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  }

  const double most_time_;
  std::atomic<std::uint32_t> mask_{0};
  double since_ = 0, busy_ = 0;
};

}  // namespace harbinger
