#include "learn/sequence/evidence.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace harbinger::sequence;

TEST_CASE("evidence that never comes true stays a number, however long that goes on") {
  Evidence evidence;
  for (int i = 0; i < 500'000; ++i) evidence.learn(Term{}, 1, false);
  CHECK(std::isfinite(evidence.cell(Term{}, 1).log_odds));
  CHECK(evidence.cell(Term{}, 1).log_odds < -5);
  for (int i = 0; i < 2'000; ++i) evidence.learn(Term{}, 1, true);
  CHECK(evidence.cell(Term{}, 1).log_odds > 0);
}
