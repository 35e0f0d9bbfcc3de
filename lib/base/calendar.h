// The calendar as numbers.
#pragma once

#include <chrono>
#include <cstdint>

#include <harbinger/clock.h>

namespace harbinger {

/// Milliseconds since 1970 by the clock's calendar, as UnixMillis are (access.h).
inline std::int64_t calendar_ms(const Clock& clock) {
  return std::chrono::floor<std::chrono::milliseconds>(clock.calendar().time_since_epoch()).count();
}

}  // namespace harbinger
