// Now: for measuring, and for people.
#pragma once

#include <harbinger/access.h>
#include <harbinger/clock.h>

namespace harbinger::orchestrate {

struct Moment {
  MonotonicTime at{};
  UnixMillis date = 0;
};

}  // namespace harbinger::orchestrate
