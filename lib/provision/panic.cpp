#include "provision/panic.h"

#include <algorithm>
#include <cmath>

namespace harbinger::provision {

namespace {

constexpr double kSeconds = 6, kStayS = 60, kTimes = 2, kErrors = 4, kMore = 3;

std::size_t ticks_of(double seconds, const SizerTiming& timing) {
  return static_cast<std::size_t>(std::max(1.0, std::round(seconds / timing.tick_s())));
}

}  // namespace

Panic::Panic(const SizerTiming& timing)
    : ticks_(std::min(ticks_of(kSeconds, timing), kMostTicks)), stays_(ticks_of(kStayS, timing)) {}

void Panic::see(double count, double foreseen) {
  recent_[at_] = {count, foreseen};
  at_ = (at_ + 1) % ticks_;
  double came = 0, expected = 0;
  for (std::size_t i = 0; i < ticks_; ++i) {
    came += recent_[i].count;
    expected += recent_[i].foreseen;
  }
  if (left_ > 0) --left_;
  if (came < kTimes * expected || came - expected < kErrors * std::sqrt(expected) + kMore) return;
  const double rate = came / static_cast<double>(ticks_);
  rate_ = left_ > 0 ? std::max(rate_, rate) : rate;
  left_ = stays_;
}

}  // namespace harbinger::provision
