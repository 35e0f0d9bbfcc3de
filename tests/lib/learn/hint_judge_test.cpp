#include <catch2/catch.hpp>

#include "learn/hint_judge.h"

using namespace harbinger;
using namespace std::chrono_literals;

namespace {
constexpr MonotonicTime kStart{1'000'000'000};
}

TEST_CASE("a hint is useful when its resource is wanted by that client within the time") {
  HintJudge judge;
  judge.hinted(1, 10, kStart);
  judge.wanted(2, 10, kStart + 1s);
  judge.wanted(1, 11, kStart + 1s);
  CHECK(judge.verdicts().useful == 0);
  judge.wanted(1, 10, kStart + 2s);
  judge.wanted(1, 10, kStart + 3s);
  CHECK(judge.verdicts().useful == 1);
  CHECK(judge.waiting() == 0);
}

TEST_CASE("a hint whose resource nobody wants is wasted once the time is over") {
  HintJudge judge({.horizon = 60s});
  judge.hinted(1, 10, kStart);
  judge.tend(kStart + 60s);
  CHECK(judge.verdicts().wasted == 0);
  judge.tend(kStart + 61s);
  CHECK(judge.verdicts().wasted == 1);
  judge.wanted(1, 10, kStart + 62s);
  CHECK(judge.verdicts().useful == 0);
}

TEST_CASE("a hint came late when its resource is wanted at once") {
  HintJudge judge({.too_soon = 50ms});
  judge.hinted(1, 10, kStart);
  judge.wanted(1, 10, kStart + 10ms);
  CHECK(judge.verdicts().late == 1);
  CHECK(judge.verdicts().useful == 0);
}

TEST_CASE("what was wanted before the hint does not count for it") {
  HintJudge judge;
  judge.hinted(1, 10, kStart);
  judge.wanted(1, 10, kStart - 1ms);
  judge.wanted(1, 10, kStart);
  CHECK(judge.waiting() == 1);
}

TEST_CASE("a hint given again while it waits counts once, and the judge stays bounded") {
  HintJudge judge({.horizon = 60s, .most = 100});
  for (int i = 0; i < 10; ++i) judge.hinted(1, 10, kStart + i * 1s);
  for (std::uint64_t i = 0; i < 1000; ++i) judge.hinted(2, i, kStart + 10s);
  CHECK(judge.waiting() <= 100);
  judge.tend(kStart + 10min);
  CHECK(judge.verdicts().wasted == 100);
}
