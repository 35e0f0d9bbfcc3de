#include <harbinger/repeater.h>

#include <atomic>

#include "tests/support/process.h"

using namespace harbinger;
using namespace std::chrono_literals;

TEST_CASE("a repeater works again and again until it is gone") {
  std::atomic<int> times = 0;
  {
    const Repeater repeater(1ms, [&] { ++times; });
    CHECK(test::wait_until([&] { return times >= 3; }));
  }
  const int at_the_end = times;
  CHECK(times == at_the_end);
}

TEST_CASE("a repeater without a pause of its own works when it is woken") {
  std::atomic<int> times = 0;
  Repeater repeater(-1ns, [&] { ++times; });
  repeater.wake();
  CHECK(test::wait_until([&] { return times == 1; }));
}

TEST_CASE("a repeater that waits for long ends at once") {
  const auto begin = std::chrono::steady_clock::now();
  {
    const Repeater repeater(1h, [] {});
  }
  CHECK(std::chrono::steady_clock::now() - begin < 1min);
}
