// Learning must not take much from answering: under load fewer accesses are judged, and only then fewer clients learnt from.
#pragma once

#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include <harbinger/access.h>

namespace harbinger {

/// Judging costs far more than counting, and a sample of it teaches nearly as much: when the learning thread takes more than its share of the
/// time, one access of four times as many is judged. When that is not enough and it has used up its share of a second, nothing more is taken
/// in this second, and half of the clients from then on. The same clients stay in, so that what is learnt are whole sessions. When it takes
/// far less, first the clients come back. `takes` may be called by any thread, the rest by the learning one.
class LoadGuard {
 public:
  explicit LoadGuard(double most_time) : most_time_(most_time) {}

  bool takes(ClientKey client) const noexcept {
    // Not the bits by which clients are spread over tables.
    return !used_up_.load(std::memory_order_relaxed) && (client >> 40 & mask_.load(std::memory_order_relaxed)) == 0;
  }
  double share() const noexcept { return 1.0 / (mask_.load(std::memory_order_relaxed) + 1); }

  /// Every how many accesses one is to be judged; a power of two.
  std::uint32_t judge_every() const noexcept { return judge_every_; }

  /// Runs `work`, and takes its time into account.
  template <class Work>
  void measure(Work&& work) {
    measured_ = seconds(CLOCK_THREAD_CPUTIME_ID);
    measuring_ = true;
    work();
    lap();
    measuring_ = false;
  }
  /// Within `work`, now and then: takes the time since then into account already.
  void lap() noexcept {
    if (!measuring_) return;
    const auto now = seconds(CLOCK_THREAD_CPUTIME_ID);
    used(now - measured_, seconds(CLOCK_MONOTONIC));
    measured_ = now;
  }
  /// So many seconds of processor time were used; it is `now`.
  void used(double busy, double now) noexcept {
    if (since_ == 0) {
      since_ = looked_ = now;
      return;
    }
    busy_ += busy;
    // Soon, as a rush would otherwise use up the second's share on the first few.
    lately_ += busy;
    if (now - looked_ >= kPatience) {
      if (lately_ > most_time_ * (now - looked_)) judge_every_ = std::min(judge_every_ * 4, kMostSeldom);
      looked_ = now;
      lately_ = 0;
    }
    const bool too_much = busy_ > most_time_ * kInterval;
    used_up_.store(too_much, std::memory_order_relaxed);
    if (now - since_ < kInterval) return;
    const auto mask = mask_.load(std::memory_order_relaxed);
    if (too_much && mask < kMostMask && judge_every_ == kMostSeldom)
      mask_.store(mask << 1 | 1, std::memory_order_relaxed);
    if (busy_ < most_time_ * kInterval / 3) {
      if (mask == 0) judge_every_ = std::max(judge_every_ / 2, 1u);
      mask_.store(mask >> 1, std::memory_order_relaxed);
    }
    used_up_.store(false, std::memory_order_relaxed);
    since_ = now;
    busy_ = 0;
  }

 private:
  static constexpr double kInterval = 1, kPatience = 0.05;
  static constexpr std::uint32_t kMostSeldom = 1024;
  static constexpr std::uint32_t kMostMask = 1023;

  static double seconds(clockid_t clock) noexcept {
    timespec now;
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  }

  const double most_time_;
  std::atomic<std::uint32_t> mask_{0};
  std::atomic<bool> used_up_{false};
  std::uint32_t judge_every_ = 1;
  double since_ = 0, looked_ = 0, busy_ = 0, lately_ = 0, measured_ = 0;
  bool measuring_ = false;
};

}  // namespace harbinger
