#include "mirror/planner_worth.h"

#include <algorithm>

namespace harbinger::mirror {

namespace {

constexpr double kBurstOverNow = 4;

// 0 for what cannot be believed; comparisons with NaN are false.
double believed(double requests) { return requests >= 0 && requests <= kMostRequests ? requests : 0; }

}  // namespace

double came_of(const Demand& demand) { return believed(demand.now); }

double wanted_of(const Demand& demand) {
  const auto expected = believed(demand.expected);
  if (!demand.burst) return expected;
  return std::max(expected, std::min(believed(demand.high), kBurstOverNow * came_of(demand)));
}

double benefit_of(double wanted, std::size_t mirrors, std::chrono::seconds horizon) {
  const auto minutes = static_cast<double>(horizon.count()) / 60;
  return std::max(0.0, wanted * minutes) / static_cast<double>(std::max<std::size_t>(mirrors, 1));
}

}  // namespace harbinger::mirror
