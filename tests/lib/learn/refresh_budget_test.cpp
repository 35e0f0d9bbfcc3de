#include "learn/refresh_budget.h"

#include <catch2/catch.hpp>

namespace harbinger {
namespace {

TEST_CASE("what is under way counts as useless until it was used") {
  RefreshBudget budget(0.1, 0.1);
  for (int i = 0; i < 1000; ++i) {
    budget.missed_without();
    budget.missed();
  }
  const double calm = budget.threshold();
  for (int i = 0; i < 100; ++i) budget.planned(0.1);
  const double busy = budget.threshold();
  CHECK(busy > calm);
  for (int i = 0; i < 100; ++i) {
    budget.settled(0.1);
    budget.missed_without();  // answered from what was resolved ahead
  }
  CHECK(budget.threshold() < busy);
  CHECK(budget.extra_so_far() == Approx(0));
}

TEST_CASE("the price rises steeply once the allowance is used up, and falls to the floor while it is not") {
  RefreshBudget budget(0.1, 0.1);
  const double at_first = budget.threshold();
  for (int i = 0; i < 50; ++i) {
    budget.planned(1);
    budget.settled(1);
  }
  CHECK(budget.threshold() > 0.9);
  for (int i = 0; i < 100'000; ++i) {
    budget.missed_without();
    budget.missed();
  }
  CHECK(budget.threshold() < at_first);
  CHECK(budget.threshold() >= 0.1);
}

}  // namespace
}  // namespace harbinger
