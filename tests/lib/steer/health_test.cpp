#include "steer/health.h"

#include <catch2/catch.hpp>
#include "learn/chance.h"

using namespace harbinger;
using namespace harbinger::steer;
using namespace std::chrono_literals;
using Kind = net::ProbeResult::Kind;

namespace {

// Looks in the rhythm of the prober: 250 ms between good ones, a quarter of that behind others, 100 ms for one without an answer.
struct Looks {
  Health health;
  MonotonicTime now{1'000'000'000};
  int changes = 0;

  void take(Kind kind) {
    now = now + (kind == Kind::ok ? Duration(250ms) : kind == Kind::timeout ? Duration(162ms) : Duration(63ms));
    changes += health.take({kind, 1, {}}, now) ? 1 : 0;
  }
  Duration until(bool up, Kind kind) {
    const auto began = now;
    while (health.up() != up) take(kind);
    return now - began;
  }
};

}  // namespace

TEST_CASE("a way that loses 30 % of the packets each way does not look down, in a day of looks") {
  Looks looks;
  learn::Chance chance(3);
  const auto end = looks.now + 24h;
  while (looks.now < end) looks.take(chance.is(0.3) || chance.is(0.3) ? Kind::timeout : Kind::ok);
  CHECK(looks.changes <= 1);
  CHECK(looks.health.up());
}

TEST_CASE("looks that need more packets, of which such a way loses more, do not make it look down either") {
  // Shares as measured with real packets: HTTP 58 %, HTTPS 67 %.
  for (const double lost : {0.58, 0.67})
    for (const int seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
      Looks looks;
      learn::Chance chance(static_cast<std::uint64_t>(seed));
      const auto end = looks.now + 1h;
      while (looks.now < end) looks.take(chance.is(lost) ? Kind::timeout : Kind::ok);
      CHECK(looks.changes == 0);
    }
}

TEST_CASE("an endpoint that vanishes behind a way that loses much is found out too, only later") {
  Looks looks;
  learn::Chance chance(5);
  for (int i = 0; i < 2000; ++i) looks.take(chance.is(0.67) ? Kind::timeout : Kind::ok);
  const auto took = looks.until(false, Kind::timeout);
  CHECK(took > 4s);
  CHECK(took < 8s);
}

TEST_CASE("an outage is not taken for loss on the way") {
  Looks looks;
  looks.take(Kind::ok);
  for (int i = 0; i < 10'000; ++i) looks.take(Kind::timeout);
  CHECK(looks.until(true, Kind::ok) == 750ms);
  looks.now = looks.now + 10min;
  CHECK(looks.until(false, Kind::timeout) < 4s);
}

TEST_CASE("what somebody else found out is gone on from") {
  Looks looks;
  looks.take(Kind::refused);
  looks.health.adopt(false);
  CHECK_FALSE(looks.health.up());
  CHECK(looks.until(true, Kind::ok) == 750ms);
  looks.take(Kind::refused);
  CHECK(looks.health.up());
}

TEST_CASE("an endpoint that was killed is down well within a second, and one that vanished within four") {
  Looks killed;
  killed.take(Kind::ok);
  CHECK(killed.until(false, Kind::refused) + 275ms < 500ms);
  Looks vanished;
  vanished.take(Kind::ok);
  CHECK(vanished.until(false, Kind::timeout) < 4s);
  Looks broken;
  CHECK(broken.until(false, Kind::wrong) < 1s);
}

TEST_CASE("one refused look is not enough, nor are two with a good one between them") {
  Looks looks;
  looks.take(Kind::refused);
  CHECK(looks.health.up());
  looks.take(Kind::ok);
  looks.take(Kind::refused);
  CHECK(looks.health.up());
}

TEST_CASE("looks that could not be made speak neither for up nor for down, and take no evidence away") {
  Looks looks;
  for (int i = 0; i < 10'000; ++i) looks.take(Kind::unable);
  CHECK(looks.health.up());
  looks.take(Kind::refused);
  for (int i = 0; i < 100; ++i) looks.take(Kind::unable);
  looks.take(Kind::refused);
  CHECK_FALSE(looks.health.up());
  for (int i = 0; i < 10'000; ++i) looks.take(Kind::unable);
  CHECK_FALSE(looks.health.up());
  CHECK(looks.changes == 1);
}

TEST_CASE("what comes back is up after three good looks, and takes longer the oftener it went") {
  Looks looks;
  looks.until(false, Kind::refused);
  const auto first = looks.until(true, Kind::ok);
  CHECK(first == 750ms);
  looks.until(false, Kind::refused);
  const auto second = looks.until(true, Kind::ok);
  looks.until(false, Kind::refused);
  const auto third = looks.until(true, Kind::ok);
  CHECK(second > first);
  CHECK(third > second);
  CHECK(third < 20s);
  looks.now = looks.now + 10min;
  looks.until(false, Kind::refused);
  CHECK(looks.until(true, Kind::ok) == 750ms);
}
