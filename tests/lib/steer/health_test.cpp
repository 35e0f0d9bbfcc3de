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
