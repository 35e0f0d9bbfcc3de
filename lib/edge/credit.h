// How far an edge is believed: capacity by what it served, its share of jobs by what became of those it had.
#pragma once

#include <cstdint>

#include <harbinger/clock.h>
#include "edge/messages.h"

namespace harbinger::edge {

/// Of one session. One thread at a time.
class Credit {
 public:
  static constexpr double kTimes = 4;              ///< what it served at most, times this, is believed
  static constexpr double kUsual = 1'000'000;      ///< bytes a second that are believed of who has served nothing yet
  static constexpr double kAbsurd = 125e9;         ///< bytes a second that nobody serves
  static constexpr double kLeastTrust = 1.0 / 32;  ///< an edge always gets a few jobs, or it could never do better

  Credit(std::uint64_t claimed_bytes_per_second, MonotonicTime now)
      : claimed_(static_cast<double>(claimed_bytes_per_second)), since_(now) {}

  /// False for counts that cannot be: nothing is learnt from them.
  bool status(const Status& status, MonotonicTime now);
  /// A job of it ended well or not. Jobs that were never answered ended badly.
  void job(bool well, std::uint64_t bytes);

  /// Bytes a second: what it claims, or where that is more, kTimes what it served at most.
  double believed() const;
  double claimed() const { return claimed_; }
  /// Whether it has shown what it can, and claims more than is believed.
  bool overstated() const { return served_ > 0 && claimed_ > believed(); }
  /// Share of its last jobs that ended well, newer ones counting more; kLeastTrust .. 1.
  double trust() const;
  /// believed() x trust(), rounded to a power of two so that small changes leave every resource where it is.
  double weight() const;

 private:
  double claimed_;
  MonotonicTime since_;
  std::uint64_t job_bytes_ = 0;  // since the last status
  double served_ = 0;            // bytes a second, at most
  double well_ = 1;
};

}  // namespace harbinger::edge
