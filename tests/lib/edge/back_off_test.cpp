#include "edge/back_off.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::edge;
using namespace std::chrono_literals;

namespace {

constexpr MonotonicTime kStart{1'000'000'000};

// By chance nothing is taken off.
struct Zero final : Random {
  std::uint64_t next() override { return 0; }
};

}  // namespace

TEST_CASE("pauses double up to a minute while there is trouble") {
  Zero random;
  BackOff back_off;
  CHECK_FALSE(back_off.blocked(kStart));
  MonotonicTime now = kStart;
  for (const Duration pause : {250ms, 500ms, 1000ms, 2000ms, 4000ms, 8000ms, 16'000ms, 32'000ms, 60'000ms, 60'000ms}) {
    back_off.begun();
    back_off.failed(now, now, random);
    CHECK(back_off.blocked(now + pause - 1ms));
    CHECK_FALSE(back_off.blocked(now + pause));
    now = now + pause;
  }
}

TEST_CASE("after a pause one tries alone, and all may when that went well") {
  Zero random;
  BackOff back_off;
  back_off.failed(kStart, kStart, random);
  const auto later = kStart + 1s;
  REQUIRE_FALSE(back_off.blocked(later));
  back_off.begun();
  CHECK(back_off.blocked(later));
  SECTION("well") {
    back_off.went_well();
    CHECK_FALSE(back_off.blocked(later));
    back_off.begun();
    CHECK_FALSE(back_off.blocked(later));
  }
  SECTION("it told nothing") {
    back_off.gave_up();
    CHECK_FALSE(back_off.blocked(later));
    back_off.begun();
    CHECK(back_off.blocked(later));
  }
}

TEST_CASE("many that fail together count once") {
  Zero random;
  BackOff back_off;
  for (int i = 0; i < 32; ++i) back_off.failed(kStart, kStart + Duration(1ms) * (i + 1), random);
  CHECK_FALSE(back_off.blocked(kStart + 300ms));
}

TEST_CASE("chance takes off a half at most, and a pause that was asked for is kept") {
  Random& random = system_random();
  for (int i = 0; i < 100; ++i) {
    BackOff back_off;
    back_off.failed(kStart, kStart, random);
    CHECK(back_off.blocked(kStart + 124ms));
    CHECK_FALSE(back_off.blocked(kStart + 250ms));
  }
  BackOff asked;
  asked.failed(kStart, kStart, random, 7s);
  CHECK(asked.blocked(kStart + 6999ms));
  BackOff for_ever;
  for_ever.failed(kStart, kStart, random, 24h);
  CHECK_FALSE(for_ever.blocked(kStart + 60s));
}
