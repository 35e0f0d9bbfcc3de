// Time as an argument: a monotonic clock that tests can move, and the calendar for log lines and signatures.
#pragma once

#include <chrono>
#include <cstdint>

namespace harbinger {

using Duration = std::chrono::nanoseconds;

/// Monotonic time. Never jumps with the calendar, so TTLs and timers are measured in it.
struct MonotonicTime {
  std::int64_t ns = 0;

  friend auto operator<=>(MonotonicTime, MonotonicTime) = default;
  friend MonotonicTime operator+(MonotonicTime t, Duration d) { return {t.ns + d.count()}; }
  friend MonotonicTime operator-(MonotonicTime t, Duration d) { return {t.ns - d.count()}; }
  friend Duration operator-(MonotonicTime a, MonotonicTime b) { return Duration(a.ns - b.ns); }
};

/// Source of time. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime now() const = 0;
  virtual std::chrono::system_clock::time_point calendar() const = 0;
};

/// The machine's clock. Lives for the whole process.
const Clock& system_clock();

/// A clock that stands still until it is told to move. For tests and for replay in virtual time.
class FakeClock final : public Clock {
 public:
  MonotonicTime now() const override { return now_; }
  std::chrono::system_clock::time_point calendar() const override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000)) +
           std::chrono::duration_cast<std::chrono::system_clock::duration>(Duration(now_.ns));
  }
  void advance(Duration by) { now_ = now_ + by; }

 private:
  MonotonicTime now_{1'000'000'000};
};

}  // namespace harbinger
