// How forecasts did: what each series learns from it, and what is told of all.
#pragma once

#include <harbinger/demand.h>
#include "learn/demand/line.h"
#include "learn/demand/shape.h"
#include "learn/demand/ways.h"

namespace harbinger::demand {

/// Sums over all series of what was scored, in which the past fades.
struct Tally {
  double error = 0, judged = 0;
  std::array<double, kWays> ways{};
  std::array<double, kQuantiles> covered{};
  double scored = 0;
  std::uint64_t all = 0;

  void fade(double share);
  DemandForecast::Accuracy accuracy() const;
};

/// An interval brought `count`: scores what was said of it, and learns from that. `before`: when it was forecast, the moment one step ahead.
void judge(Line& line, Shape& shape, float count, const Moment& before, std::array<Tally, kHorizons>& tallies);

}  // namespace harbinger::demand
