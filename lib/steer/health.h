// From single looks to "up" or "down", without flapping.
#pragma once

#include <harbinger/clock.h>
#include "net/probe.h"

namespace harbinger::steer {

/// Weighs looks as evidence, one after the other (Wald, "Sequential Tests of Statistical Hypotheses", 1945). Two refused connections in a row are enough to
/// call an endpoint down, three wrong answers, or nineteen looks without an answer: a way that loses 30 % of all packets leaves every second handshake
/// without an answer, and must not look down. Three good looks make it up again, twice as many after each change of late. One thread.
class Health {
 public:
  explicit Health(bool up = true) : up_(up) {}

  /// True when `up` changed.
  bool take(const net::ProbeResult& result, MonotonicTime at);
  bool up() const { return up_; }

 private:
  double changes(MonotonicTime at) const;

  bool up_;
  double evidence_ = 0;  // log likelihood ratio of what it is not against what it is
  double changes_ = 0;   // of late
  MonotonicTime changed_{};
};

}  // namespace harbinger::steer
