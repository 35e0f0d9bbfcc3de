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

  void serve(Width& width, int rounds, bool waits = true) {
    for (int i = 0; i < rounds; ++i) {
      const auto together = width.now();
      const double slower = std::max(1.0, static_cast<double>(together) / able);
      const Duration first_byte(static_cast<std::int64_t>(static_cast<double>(response.count()) * slower));
      for (std::size_t each = 0; each < together; ++each) width.ended(first_byte, waits);
    }
  }
};

}  // namespace

TEST_CASE("more requests go out while jobs wait and responses begin as soon as before") {
  Width width(1, 32);
  CHECK(width.now() == 4);
  Origin origin{.able = 1000};
  origin.serve(width, 200);
  CHECK(width.now() == 32);
}

TEST_CASE("requests stop growing where responses begin later") {
  Width width(1, 32);
  Origin origin{.able = 6};
  origin.serve(width, 400);
  CHECK(width.now() >= 4);
  CHECK(width.now() <= 16);
}

TEST_CASE("fewer requests go out when responses begin later than usual") {
  Width width(1, 32);
  Origin origin{.able = 1000};
  origin.serve(width, 200);
  origin.response = 100ms;
  origin.serve(width, 9);
  CHECK(width.now() < 16);
}

TEST_CASE(
    "fewer requests go out when they fail, but never fewer than the fewest; nothing changes while nothing waits") {
  Width width(2, 32);
  Origin origin{.able = 1000};
  origin.serve(width, 200);
  const auto many = width.now();
  width.failed();
  CHECK(width.now() == many / 2);
  origin.serve(width, 100, false);
  CHECK(width.now() == many / 2);
  for (int i = 0; i < 10; ++i) width.failed();
  CHECK(width.now() == 2);
}
