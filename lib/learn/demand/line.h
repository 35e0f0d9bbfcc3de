// What is remembered of one series.
#pragma once

#include <array>
#include <cstdint>

#include <harbinger/demand.h>
#include "learn/demand/half.h"

namespace harbinger::demand {

inline constexpr std::size_t kWays = DemandForecast::kWays;
inline constexpr std::size_t kHorizons = DemandForecast::kHorizons.size();
inline constexpr std::size_t kQuantiles = 3;
inline constexpr std::array<float, kQuantiles> kLevels{0.5f, 0.9f, 0.99f};
inline constexpr std::size_t kHours = 24;
/// Forecasts that were made and not met yet: one for each step of each horizon.
inline constexpr std::size_t kPending =
    DemandForecast::kHorizons[0] + DemandForecast::kHorizons[1] + DemandForecast::kHorizons[2];

/// Weights of the past in the three means, at each step.
inline constexpr std::array<float, 3> kMeans{0.5f, 0.2f, 0.05f};

struct Line {
  std::uint64_t resource = 0;
  std::uint32_t cluster = 0;
  std::uint32_t steps = 0;  ///< since it was made
  float count = 0;          ///< of the present interval
  float last = 0;
  std::array<float, 3> means{};  ///< by kMeans
  float level = 0, trend = 0;    ///< of Holt's way, with a trend that fades
  float burst = 0;               ///< CUSUM
  float spread = 1;              ///< variance for each unit of mean

  std::array<Coarse, kHours> day{};                        ///< usual counts by hour
  std::array<std::array<Half, kWays>, kHorizons> error{};  ///< mean absolute, of each way
  std::array<std::array<std::int8_t, kWays>, kHorizons> favour{};
  std::array<std::array<Half, kWays>, kHorizons - 1>
      guess{};                           ///< what each way said, further ahead than one step; until it is judged
  std::array<Half, kPending> pending{};  ///< blends, ring by ring
  std::array<Half, kHorizons> scale{};   ///< mean absolute residual of the blend
  std::array<Half, kHorizons> square{};  ///< mean squared residual of the blend
  std::array<std::array<Half, kQuantiles>, kHorizons> z{};  ///< quantile: so many units above the blend
  std::array<Half, kHorizons> bias{};                       ///< mean residual, in scales
  std::uint8_t nothing = 0;                                 ///< share of intervals without any, of 255
  bool broken = false;                                      ///< a count that is not whole has come

  bool used() const { return resource != 0; }
};
static_assert(sizeof(Line) <= 256);

/// Where the blend of a horizon for the step after `steps` was put, and where the one made now goes: the same place.
constexpr std::size_t pending_at(std::size_t horizon, std::uint32_t steps) {
  constexpr std::array<std::size_t, kHorizons> kFirst{
      0, DemandForecast::kHorizons[0], std::size_t{DemandForecast::kHorizons[0]} + DemandForecast::kHorizons[1]};
  return kFirst[horizon] + steps % DemandForecast::kHorizons[horizon];
}

/// Ways are asked once in so many steps. One more than the horizon, because every 12 of 24 hours would always be the same two.
constexpr std::uint32_t asked_every(std::size_t horizon) {
  const auto ahead = DemandForecast::kHorizons[horizon];
  return ahead == 1 ? 1 : ahead + 1;
}
/// Whether the count of this step is one that ways were asked for.
constexpr bool answered(std::size_t horizon, std::uint32_t step) {
  const auto ahead = DemandForecast::kHorizons[horizon];
  return step > ahead && (step - ahead) % asked_every(horizon) == 0;
}

}  // namespace harbinger::demand
