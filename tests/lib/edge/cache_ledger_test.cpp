#include "edge/cache_ledger.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::edge;
using namespace std::chrono_literals;

namespace {

constexpr MonotonicTime kStart{1'000'000'000};

}  // namespace

TEST_CASE("the ledger believes that the cache holds what was fetched while it is fresh") {
  CacheLedger ledger;
  CHECK_FALSE(ledger.holds(1, kStart));
  ledger.fetched(1, 10s, kStart);
  CHECK(ledger.holds(1, kStart + 9s));
  CHECK_FALSE(ledger.holds(1, kStart + 10s));

  CacheLedger untold;
  untold.fetched(2, std::nullopt, kStart);
  CHECK(untold.holds(2, kStart + CacheLedger::kUsuallyFresh - 1s));
  CHECK_FALSE(untold.holds(2, kStart + CacheLedger::kUsuallyFresh));
  ledger.fetched(3, 365 * 24h, kStart);
  CHECK_FALSE(ledger.holds(3, kStart + CacheLedger::kLongest));
}

TEST_CASE("the ledger counts what was fetched for a client once") {
  CacheLedger ledger;
  ledger.fetched(1, 10s, kStart);
  CHECK(ledger.wanted(1, true, true, kStart));
  CHECK_FALSE(ledger.wanted(1, true, true, kStart));
  CHECK(ledger.unused() == 0);
  // Found there is not fetched by us.
  ledger.found(2, 10s, kStart);
  CHECK_FALSE(ledger.wanted(2, true, true, kStart));
}

TEST_CASE("the ledger learns from what clients fetch") {
  CacheLedger ledger;
  CHECK_FALSE(ledger.wanted(1, false, true, kStart));
  CHECK(ledger.holds(1, kStart));
  ledger.wanted(2, true, true, kStart);
  CHECK(ledger.holds(2, kStart));
  // A response that may not be kept is not there, whatever was believed.
  ledger.fetched(3, 10s, kStart);
  CHECK_FALSE(ledger.wanted(3, false, false, kStart));
  CHECK_FALSE(ledger.holds(3, kStart));
  CHECK(ledger.unused() == 1);
}

TEST_CASE("a client's miss fills the cache for as long as the resource was fresh before") {
  CacheLedger ledger;
  ledger.fetched(1, 5s, kStart);
  ledger.wanted(1, false, true, kStart + 20s);
  CHECK(ledger.holds(1, kStart + 24s));
  CHECK_FALSE(ledger.holds(1, kStart + 25s));
  // A hit does not make it any fresher.
  ledger.wanted(1, true, true, kStart + 24s);
  CHECK_FALSE(ledger.holds(1, kStart + 25s));
}

TEST_CASE("the ledger knows for a minute why something was refused") {
  CacheLedger ledger;
  ledger.refused(1, "status 404", kStart);
  CHECK(ledger.refusal(1, kStart + 59s) == "status 404");
  CHECK(ledger.refusal(1, kStart + 60s).empty());
  CHECK(ledger.refusal(2, kStart).empty());
}

TEST_CASE("the ledger is bounded, and counts what is forgotten without use") {
  CacheLedger ledger(100);
  for (std::uint64_t key = 1; key <= 1000; ++key) {
    ledger.fetched(key, 60s, kStart);
    if (key % 2 == 0) CHECK(ledger.wanted(key, true, true, kStart));
  }
  CHECK(ledger.size() <= 100);
  CHECK(ledger.holds(1000, kStart));
  CHECK(ledger.unused() >= 450);
  CHECK(ledger.unused() <= 500);
}

TEST_CASE("what says nothing of its freshness is believed for no longer than others are") {
  CacheLedger ledger;
  MonotonicTime now{1'000'000'000};
  for (std::uint64_t key = 1; key <= 100; ++key) ledger.fetched(key, 5s, now);
  ledger.wanted(1000, false, true, now);
  CHECK(ledger.holds(1000, now + 4s));
  CHECK_FALSE(ledger.holds(1000, now + 8s));
}

TEST_CASE("what is gone sooner than believed makes others be believed for less long") {
  CacheLedger ledger;
  MonotonicTime now{1'000'000'000};
  for (int i = 0; i < 100; ++i) {
    ledger.wanted(1, false, true, now);  // a miss again and again
    now = now + 3s;
  }
  ledger.wanted(2, false, true, now);
  CHECK_FALSE(ledger.holds(2, now + 10s));
}
