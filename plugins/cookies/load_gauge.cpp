#include "plugins/cookies/load_gauge.h"

#include <algorithm>

namespace harbinger::cookies {

bool LoadGauge::add(MonotonicTime now) noexcept {
  const auto second = static_cast<std::uint64_t>(now.ns) / 1'000'000'000;
  auto before = counted_.load(std::memory_order_relaxed);
  std::uint64_t after;
  do {
    // Workers look at the clock at different moments; the later second counts.
    after = (before >> 32) >= second ? before + 1 : (second << 32 | 1);
  } while (!counted_.compare_exchange_weak(before, after, std::memory_order_relaxed));

  if ((after & 0xffffffff) > limit_) busy_until_.store((after >> 32) + 2, std::memory_order_relaxed);
  return second < busy_until_.load(std::memory_order_relaxed);
}

}  // namespace harbinger::cookies
