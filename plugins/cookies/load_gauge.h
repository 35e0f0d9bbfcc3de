// How many queries come a second, and whether that is too many.
#pragma once

#include <atomic>
#include <cstdint>

#include <harbinger/clock.h>

namespace harbinger::cookies {

/// Counts whole seconds. All workers add to one number; nothing waits.
class LoadGauge {
 public:
  /// `limit` 0: never too many.
  explicit LoadGauge(std::uint32_t limit) : limit_(limit) {}

  bool is_used() const { return limit_ > 0; }
  /// Counts a query. True while there are too many: from the first one above the limit to the end of the second behind it.
  bool add(MonotonicTime now) noexcept;

 private:
  const std::uint32_t limit_;
  std::atomic<std::uint64_t> counted_{0};     // the second in the upper half, how many in it in the lower
  std::atomic<std::uint64_t> busy_until_{0};  // the first second that is not
};

}  // namespace harbinger::cookies
