#include "learn/demand/judge.h"

#include <algorithm>
#include <cmath>

#include "learn/demand/blend.h"
#include "learn/demand/quantiles.h"

namespace harbinger::demand {

namespace {

constexpr float kErrorRate = 0.03f, kPooledRate = 0.0005f;

float rate_after(std::uint32_t seen) { return std::max(kErrorRate, 1 / (static_cast<float>(seen) + 1)); }

void judge_blend(Line& line, Shape& shape, std::size_t horizon, float count, Tally& tally) {
  const std::uint32_t ahead = DemandForecast::kHorizons[horizon];
  if (line.steps < ahead) return;
  const float blend = line.pending[pending_at(horizon, line.steps + 1)];
  const auto said = spread_out(line, horizon, blend);
  tally.covered[0] += count <= said.q50;
  tally.covered[1] += count <= said.q90;
  tally.covered[2] += count <= said.q99;
  tally.scored += 1;
  ++tally.all;

  learn_spread(line, shape, horizon, blend, count);
}

// What was guessed of this count: a step ahead, it can be guessed again, because nothing has been learnt since.
Guesses guessed(const Line& line, std::size_t horizon, const Moment& before) {
  if (horizon == 0) return guess(line, before);
  Guesses all;
  std::ranges::copy(line.guess[horizon - 1], all.begin());
  return all;
}

void judge_ways(Line& line, Shape& shape, std::size_t horizon, float count, const Moment& before, Tally& tally) {
  if (!answered(horizon, line.steps + 1)) return;
  const float scale = line.scale[horizon], rate = rate_after(line.steps / asked_every(horizon));
  const auto guesses = guessed(line, horizon, before);
  for (std::size_t way = 0; way < kWays; ++way) {
    const float off = std::abs(count - guesses[way]);
    auto& error = line.error[horizon][way];
    error = float(error) + (off - float(error)) * rate;
    tally.ways[way] += static_cast<double>(off);
    if (scale > 0)
      shape.error[horizon][way] += (std::min(off / scale, 10.0f) - shape.error[horizon][way]) * kPooledRate;
  }
  const float blend = line.pending[pending_at(horizon, line.steps + 1)];
  tally.error += static_cast<double>(std::abs(count - spread_out(line, horizon, blend).q50));
  tally.judged += 1;
  ++shape.judged;
  learn_favour(line, horizon, guesses, blend, count);
}

}  // namespace

void Tally::fade(double share) {
  error *= share;
  judged *= share;
  scored *= share;
  for (auto& each : ways) each *= share;
  for (auto& each : covered) each *= share;
}

DemandForecast::Accuracy Tally::accuracy() const {
  DemandForecast::Accuracy told;
  told.scored = all;
  if (scored > 0) {
    told.covered50 = covered[0] / scored;
    told.covered90 = covered[1] / scored;
    told.covered99 = covered[2] / scored;
  }
  if (judged <= 0) return told;
  told.error = error / judged;
  for (std::size_t way = 0; way < kWays; ++way) told.ways[way] = ways[way] / judged;
  told.below_best_way = told.error > 1.05 * *std::ranges::min_element(told.ways);
  return told;
}

void judge(Line& line, Shape& shape, float count, const Moment& before, std::array<Tally, kHorizons>& tallies) {
  for (std::size_t horizon = 0; horizon < kHorizons; ++horizon) {
    judge_ways(line, shape, horizon, count, before, tallies[horizon]);
    judge_blend(line, shape, horizon, count, tallies[horizon]);
  }
}

}  // namespace harbinger::demand
