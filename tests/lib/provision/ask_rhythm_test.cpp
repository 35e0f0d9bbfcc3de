#include <catch2/catch.hpp>

#include "provision/ask_rhythm.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace std::chrono_literals;

TEST_CASE(
    "who is well is asked now and then, and seldom for all he has; who is not, soon again, in pauses that double") {
  AskRhythm rhythm;
  MonotonicTime now{1};
  REQUIRE(rhythm.due(now));
  CHECK(rhythm.ask(now));  // also for a list
  CHECK_FALSE(rhythm.due(now + 1h));
  rhythm.answered(true, true, now);
  CHECK_FALSE(rhythm.due(now + 14s));
  REQUIRE(rhythm.due(now + 15s));
  CHECK_FALSE(rhythm.ask(now + 15s));
  now = now + 60s;
  rhythm.answered(false, false, now);
  CHECK(rhythm.due(now + 500ms));
  CHECK(rhythm.ask(now + 500ms));  // the list is due, too
  now = now + 1s;
  rhythm.answered(false, false, now);
  CHECK_FALSE(rhythm.due(now + 900ms));
  CHECK(rhythm.due(now + 1s));
  for (int i = 0; i < 10; ++i) {
    (void)rhythm.ask(now);
    rhythm.answered(false, false, now);
  }
  CHECK_FALSE(rhythm.due(now + 14s));
  CHECK(rhythm.due(now + 15s));
  (void)rhythm.ask(now + 15s);
  rhythm.answered(true, true, now + 15s);
  CHECK_FALSE(rhythm.ask(now + 60s));
}
