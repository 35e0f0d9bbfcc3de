#include "learn/demand/quantiles.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace harbinger::demand {

namespace {

constexpr float kScaleRate = 0.03f, kBiasRate = 0.02f, kNothingRate = 0.02f;
constexpr float kStep = 0.03f, kFirstStep = 0.5f;  // of quantiles, in units
constexpr float kPooledStep = 0.001f;
constexpr float kMostZ = 50;
constexpr float kSmall = 8, kRoundedUp = 0.3f;
constexpr float kLeastUnit = 0.5f, kMostUnit = 3;  // counts below which the median may be nothing

// What a quantile is told in. Far out it is the root of the mean square, which is larger where few counts are large and most are nothing.
float unit(const Line& line, std::size_t horizon, std::size_t quantile) {
  return quantile < 2 ? float(line.scale[horizon]) : std::sqrt(float(line.square[horizon]));
}

// An interval in which 1 is expected brings nothing with chance exp(-1), if chance alone is at work; bursts make it more likely. By the share of intervals that
// brought nothing: how many times the mean may be expected, until half of the intervals bring something.
float until_half(std::uint8_t nothing) {
  static const auto all = [] {
    std::array<float, 256> made{};
    for (std::size_t code = 0; code < made.size(); ++code) {
      const float share = std::clamp(static_cast<float>(code) / 255, 0.004f, 0.996f);
      made[code] = std::numbers::ln2_v<float> / -std::log(share);
    }
    return made;
  }();
  return all[nothing];
}

float whole(const Line& line, std::size_t quantile, float value) {
  if (line.broken || value >= kSmall) return value;
  const bool median = quantile == 0;
  if (median && value < std::clamp(line.means[2] * until_half(line.nothing), kLeastUnit, kMostUnit)) return 0;
  return std::floor(value + kRoundedUp);
}

float rate_after(std::uint32_t seen, float least) { return std::max(least, 1 / (static_cast<float>(seen) + 1)); }

void follow(Half& mean, float value, float rate, std::uint16_t noise) {
  mean = Half::by_chance(float(mean) + (value - float(mean)) * rate, noise);
}

// Where `count` lies above, a quantile goes up by its level, else down by the rest: in the long run it is met (Gibbs and Candes, 2021).
void move_quantiles(Line& line, Shape& shape, std::size_t horizon, float residual, std::uint32_t seen) {
  const float step = std::max(kStep, kFirstStep / (static_cast<float>(seen) + 4));
  for (std::size_t i = 0; i < kQuantiles; ++i) {
    const float above = residual / unit(line, horizon, i), up = kLevels[i], down = kLevels[i] - 1;
    auto& z = line.z[horizon][i];
    const float moved = float(z) + step * (above > float(z) ? up : down);
    z = Half::by_chance(std::clamp(moved, -kMostZ, kMostZ), noise_of(seen, static_cast<std::uint32_t>(i)));
    auto& pooled = shape.z[horizon][i];
    pooled += kPooledStep * (above > pooled ? up : down);
  }
}

}  // namespace

DemandForecast::Forecast spread_out(const Line& line, std::size_t horizon, float blend) {
  const auto at = [&](std::size_t quantile) {
    const float value = blend + unit(line, horizon, quantile) * float(line.z[horizon][quantile]);
    return whole(line, quantile, std::max(0.0f, value));
  };
  DemandForecast::Forecast said;
  said.mean = std::clamp(blend + float(line.scale[horizon]) * float(line.bias[horizon]), 0.5f * blend, 2 * blend);
  said.q50 = at(0);
  said.q90 = std::max(said.q50, at(1));
  said.q99 = std::max(said.q90, at(2));
  return said;
}

void learn_spread(Line& line, Shape& shape, std::size_t horizon, float blend, float count) {
  const auto seen = line.steps - DemandForecast::kHorizons[horizon];
  const float residual = count - blend, scale = line.scale[horizon];
  if (scale > 0) {
    move_quantiles(line, shape, horizon, residual, seen);
    follow(line.bias[horizon], residual / scale, kBiasRate, noise_of(seen, 5));
  }
  const float rate = rate_after(seen, kScaleRate);
  follow(line.scale[horizon], std::abs(residual), rate, noise_of(seen, 7));
  follow(line.square[horizon], residual * residual, rate, noise_of(seen, 11));
}

void learn_kind(Line& line, float count) {
  line.broken = line.broken || count != std::floor(count);
  const float share = line.nothing, came = count == 0 ? 255 : 0;
  const float moved = share + (came - share) * rate_after(line.steps, kNothingRate);
  const float noise = static_cast<float>(noise_of(line.steps, 77)) / 65536;
  line.nothing = static_cast<std::uint8_t>(std::clamp(moved + noise, 0.0f, 255.0f));
}

}  // namespace harbinger::demand
