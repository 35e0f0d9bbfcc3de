#include "plugins/vm_provisioning/led_once.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::vm_provisioning;
using namespace std::chrono_literals;

TEST_CASE("a client that asks again and again is one lead of a pool each minute") {
  LedOnce led;
  const MonotonicTime now{3'600'000'000'000};
  CHECK(led.first(7, 0, now));
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(led.first(7, 0, now + 50ms * i));
  CHECK(led.first(7, 1, now));
  CHECK(led.first(8, 0, now));
  CHECK(led.first(7, 0, now + 60s));
}
