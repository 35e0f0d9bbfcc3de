// Whether a pool may start instances, as far as it failed of late: pauses that double, and one try at a time after several failures.
#pragma once

#include <algorithm>
#include <string>

#include <harbinger/clock.h>

namespace harbinger::provision {

/// One thread.
class StartCircuit {
 public:
  struct Limits {
    unsigned failures = 5;  ///< in a row, until it is open
    Duration first_pause = std::chrono::seconds(1), longest_pause = std::chrono::minutes(5);
    Duration steady = std::chrono::seconds(30);  ///< an instance that lives for so long shows that all is well
  };
  enum class Failure {
    start,     ///< it did not start, or not become ready, or ended soon
    capacity,  ///< the provider has no room now
    never,     ///< the provider will not, whenever it is asked
  };
  explicit StartCircuit(const Limits& limits) : limits_(limits) {}

  /// `coming`: instances on their way. After failures there is one at a time.
  bool closed(unsigned coming, MonotonicTime now) const { return now >= until_ && (failures_ == 0 || coming == 0); }
  bool open() const { return failures_ >= limits_.failures || never_; }
  /// `ordered`: when what failed was ordered. What was ordered before the last failure came says nothing new.
  void failed(Failure what, MonotonicTime ordered, const std::string& why, MonotonicTime now) {
    trouble_ = why;
    if (failures_ > 0 && ordered < last_) return;
    last_ = now;
    ++failures_;
    never_ = what == Failure::never;
    pause_ = failures_ == 1 ? limits_.first_pause : std::min(2 * pause_, limits_.longest_pause);
    if (never_) pause_ = limits_.longest_pause;
    until_ = now + pause_;
  }
  /// An instance has lived for `steady`.
  void steady() {
    failures_ = 0;
    never_ = false;
    until_ = {};
    trouble_.clear();
  }
  Duration steady_after() const { return limits_.steady; }
  unsigned failures() const { return failures_; }
  /// What the last failure said; empty when all is well.
  const std::string& trouble() const { return trouble_; }

 private:
  const Limits limits_;
  unsigned failures_ = 0;
  bool never_ = false;
  Duration pause_{};
  MonotonicTime last_{}, until_{};
  std::string trouble_;
};

}  // namespace harbinger::provision
