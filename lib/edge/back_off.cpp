#include "edge/back_off.h"

#include <algorithm>

namespace harbinger::edge {

namespace {

using namespace std::chrono_literals;
constexpr Duration kFirst = 250ms, kMost = 60s;

}  // namespace

void BackOff::failed(MonotonicTime set_out, MonotonicTime now, Random& random, Duration at_least) {
  trying_ = false;
  if (failures_ > 0 && set_out < last_) return;
  last_ = now;
  const Duration full = std::min<Duration>(kFirst * (1 << std::min(failures_, 8)), kMost);
  ++failures_;
  const auto off = random.below(static_cast<std::uint64_t>(full.count() / 2));
  until_ = now + std::max<Duration>(full - Duration(off), std::min<Duration>(at_least, kMost));
}

}  // namespace harbinger::edge
