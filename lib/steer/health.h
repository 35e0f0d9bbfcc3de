// From single looks to "up" or "down", without flapping.
#pragma once

#include <harbinger/clock.h>
#include "net/probe.h"

namespace harbinger::steer {

/// Weighs looks as evidence, one after the other (Wald, "Sequential Tests of Statistical Hypotheses", 1945). Two refused connections in a row are enough to
/// call an endpoint down, three wrong answers, or nineteen looks without an answer: a way that loses 30 % of all packets leaves every second handshake
/// without an answer, and must not look down. Where more looks than half get lost, as such a way does to looks that need more packets, that is learnt, and up
/// to 46 are asked for. Three good looks make it up again, twice as many after each change of late. Looks that could not be made change nothing. One thread.
class Health {
 public:
  explicit Health(bool up = true) : up_(up) {}

  /// True when `up` changed.
  bool take(const net::ProbeResult& result, MonotonicTime at);
  bool up() const { return up_; }
  /// Somebody else found out that it is so: goes on from there.
  void adopt(bool up);

 private:
  // How much a look speaks for "down"; negative: for "up".
  double weight(net::ProbeResult::Kind kind) const;
  void learn_loss(net::ProbeResult::Kind kind);
  double changes(MonotonicTime at) const;

  bool up_;
  double evidence_ = 0;  // log likelihood ratio of what it is not against what it is
  double changes_ = 0;   // of late
  MonotonicTime changed_{};
  // Half of the looks may get lost on any way: trouble begins before it was learnt. What is learnt scatters by about the margin.
  static constexpr double kMargin = 0.05, kLeastLost = 0.5 - kMargin;
  double lost_ = kLeastLost;  // usual share of looks without an answer while it is up
  int unanswered_ = 0;        // since the last good look
};

}  // namespace harbinger::steer
