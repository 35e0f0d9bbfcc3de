#include "edge/link_meter.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::edge;
using namespace std::chrono_literals;

namespace {

constexpr MonotonicTime kStart{1'000'000'000'000};

}  // namespace

TEST_CASE("prefetching takes its share of the link while clients use it") {
  LinkMeter link(1'000'000, 0.5);
  std::uint64_t bytes = 0;
  MonotonicTime now = kStart;
  for (int tick = 0; tick < 1000; ++tick, now = now + 10ms) {
    if (tick % 50 == 0) link.missed(1000, 1ms, now);
    if (!link.may_begin(now)) continue;
    link.begun(20'000, now);
    link.ended(20'000, 20'000, 5ms, now);
    bytes += 20'000;
  }
  // Ten seconds at half a megabyte each.
  CHECK(bytes > 4'500'000);
  CHECK(bytes < 5'200'000);
}

TEST_CASE("prefetching has the whole link while no client uses it") {
  LinkMeter link(1'000'000, 0.5);
  for (int i = 0; i < 100; ++i) {
    REQUIRE(link.may_begin(kStart));
    link.begun(1'000'000, kStart);
  }
  // A client's miss starts the account, and its end closes it.
  link.missed(1000, 1ms, kStart);
  link.begun(10'000'000, kStart);
  CHECK_FALSE(link.may_begin(kStart + 900ms));
  CHECK(link.may_begin(kStart + 1100ms));
}

TEST_CASE("nothing is begun right after a miss when the link is near its rate") {
  LinkMeter link(1'000'000, 1.0);
  link.missed(900'000, 900ms, kStart);
  CHECK_FALSE(link.may_begin(kStart + 50ms));
  CHECK(link.may_begin(kStart + 100ms));
  LinkMeter idle(1'000'000, 1.0);
  idle.missed(90'000, 90ms, kStart);
  CHECK(idle.may_begin(kStart + 50ms));
}

TEST_CASE("what was guessed too low is paid for later, and too high is given back") {
  LinkMeter link(1'000'000, 0.5);
  link.missed(10, 1ms, kStart);
  link.begun(1, kStart);
  link.ended(1, 250'000, 100ms, kStart);
  CHECK_FALSE(link.may_begin(kStart + 499ms));
  CHECK(link.may_begin(kStart + 501ms));
  LinkMeter other(1'000'000, 0.5);
  other.missed(10, 1ms, kStart);
  other.begun(250'000, kStart);
  other.ended(250'000, 1, 100ms, kStart);
  CHECK(other.may_begin(kStart + 1ms));
}

TEST_CASE("the link's rate is learnt from large transfers only") {
  LinkMeter link(0, 0.5);
  link.missed(2000, 1s, kStart);
  CHECK(link.link() == 0);
  link.begun(1, kStart);
  CHECK(link.may_begin(kStart));
  link.missed(2'000'000, 1s, kStart);
  CHECK(link.link() == 2'000'000);
  link.ended(1, 1'000'000, 250ms, kStart);
  CHECK(link.link() == Approx(4'000'000));
  // Slower ones speak against it, little by little.
  MonotonicTime now = kStart;
  for (int i = 0; i < 60; ++i) link.missed(2'000'000, 2s, now = now + 10s);
  CHECK(link.link() < 2'000'000);
  CHECK(link.link() >= 1'000'000);
}
