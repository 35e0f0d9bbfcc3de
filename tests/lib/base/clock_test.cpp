#include <catch2/catch.hpp>

#include <harbinger/clock.h>

using namespace harbinger;
using namespace std::chrono_literals;

TEST_CASE("a fake clock moves only when told, and its calendar with it") {
  FakeClock clock;
  const auto begin = clock.now();
  const auto day = clock.calendar();
  CHECK(clock.now() == begin);
  clock.advance(90s);
  CHECK(clock.now() - begin == 90s);
  CHECK(clock.calendar() - day == 90s);
  CHECK(clock.now() - 90s == begin);
  CHECK(begin < clock.now());
}

TEST_CASE("the system's clock never goes back") {
  const auto first = system_clock().now();
  const auto second = system_clock().now();
  CHECK(first <= second);
}
