#include <catch2/catch.hpp>

#include <harbinger/ring.h>

#include <memory>
#include <thread>
#include <vector>

using namespace harbinger;

TEST_CASE("a ring hands out values in order") {
  Ring<int> ring(4);
  for (int i = 1; i <= 3; ++i) CHECK(ring.push(i));
  std::vector<int> seen;
  CHECK(ring.drain([&](int value) { seen.push_back(value); }) == 3);
  CHECK(seen == std::vector{1, 2, 3});
  CHECK(ring.drain([](int) {}) == 0);
}

TEST_CASE("a full ring drops the new value and counts it") {
  Ring<int> ring(3);  // rounded up to four
  for (int i = 0; i < 4; ++i) CHECK(ring.push(i));
  CHECK_FALSE(ring.push(4));
  CHECK_FALSE(ring.push(5));
  CHECK(ring.dropped() == 2);
  ring.drain([](int) {});
  CHECK(ring.push(6));
  CHECK(ring.dropped() == 2);
}

TEST_CASE("a ring takes values that can only be moved") {
  Ring<std::unique_ptr<int>> ring(2);
  CHECK(ring.push(std::make_unique<int>(5)));
  CHECK(ring.push_with([](auto& slot) { slot = std::make_unique<int>(6); }));
  int sum = 0;
  ring.drain([&](std::unique_ptr<int>& value) { sum += *value; });
  CHECK(sum == 11);
}

TEST_CASE("a ring loses nothing between two threads") {
  Ring<std::uint64_t> ring(64);
  constexpr std::uint64_t kLast = 100000;
  std::jthread producer([&] {
    for (std::uint64_t i = 1; i <= kLast;)
      if (ring.push(i)) ++i;
  });
  std::uint64_t expected = 1;
  while (expected <= kLast)
    ring.drain([&](std::uint64_t value) {
      if (value == expected) ++expected;
    });
  CHECK(expected == kLast + 1);
}
