#include "edge/width.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::edge;
using namespace std::chrono_literals;

namespace {

// A cache and an origin that serve at most `able` requests at a time without delay; more of them queue up.
struct Origin {
  double able;
  Duration response = 20ms;
  MonotonicTime now{1'000'000'000};

  void serve(Width& width, int rounds, bool waits = true) {
    for (int i = 0; i < rounds; ++i) {
      const auto together = width.now();
      const double slower = std::max(1.0, static_cast<double>(together) / able);
      const Duration first_byte(static_cast<std::int64_t>(static_cast<double>(response.count()) * slower));
      now = now + first_byte;
      for (std::size_t each = 0; each < together; ++each) width.ended(first_byte, 50'000, waits, now);
    }
  }
};

}  // namespace

TEST_CASE("more requests go out while jobs wait and each brings more") {
  Width width(1, 32);
  CHECK(width.now() == 1);
  Origin origin{.able = 1000};
  origin.serve(width, 200);
  CHECK(width.now() >= 28);
}

TEST_CASE("requests stop growing where they bring no more") {
  Width width(1, 32);
  Origin origin{.able = 6};
  origin.serve(width, 400);
  CHECK(width.now() >= 4);
  CHECK(width.now() <= 12);
}

TEST_CASE("fewer requests go out when responses begin later than usual") {
  Width width(1, 32);
  Origin origin{.able = 1000};
  origin.serve(width, 200);
  origin.response = 100ms;
  origin.serve(width, 9);
  CHECK(width.now() < 16);
}

TEST_CASE("fewer requests go out when they fail or when nothing waits, but never fewer than the fewest") {
  Width width(2, 32);
  Origin origin{.able = 1000};
  origin.serve(width, 200);
  const auto many = width.now();
  width.failed();
  CHECK(width.now() == many / 2);
  origin.serve(width, 100, false);
  CHECK(width.now() == 2);
  for (int i = 0; i < 10; ++i) width.failed();
  CHECK(width.now() == 2);
}
