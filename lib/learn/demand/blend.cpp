#include "learn/demand/blend.h"

#include <algorithm>
#include <cmath>

namespace harbinger::demand {

namespace {

constexpr float kBorrowed = 6;      // judgements that the cluster's are worth
constexpr float kJudgements = 40;   // that an own error is worth at most
constexpr float kMostError = 1000;  // in scales; after a long silence scales are next to nothing
constexpr float kFavourRate = 0.1f, kFavourLost = 0.002f;
constexpr float kFavourSteps = 16;  // of its logarithm, in one
constexpr float kMostApart = 3;     // scales that a way is told from the blend

// What a weight is multiplied with.
float times(std::int8_t favour) {
  static const auto all = [] {
    std::array<float, 256> made{};
    for (std::size_t code = 0; code < made.size(); ++code)
      made[code] = std::exp((static_cast<float>(code) - 128) / kFavourSteps);
    return made;
  }();
  return all[static_cast<std::uint8_t>(favour + 128)];
}

}  // namespace

Guesses weights(const Line& line, const Shape& shape, std::size_t horizon) {
  const float scale = std::max(1e-6f, float(line.scale[horizon]));
  const float judged = std::min(kJudgements, static_cast<float>(line.steps / asked_every(horizon)));
  Guesses all;
  float sum = 0;
  for (std::size_t way = 0; way < kWays; ++way) {
    const float own = std::min(float(line.error[horizon][way]) / scale, kMostError);
    const float error = (own * judged + shape.error[horizon][way] * kBorrowed) / (judged + kBorrowed) + 0.01f;
    const float square = error * error;
    sum += all[way] = times(line.favour[horizon][way]) / (square * square);
  }
  for (auto& each : all) each /= sum;
  return all;
}

void learn_favour(Line& line, std::size_t horizon, const Guesses& guesses, float blend, float count) {
  const float scale = line.scale[horizon];
  if (!(scale > 0)) return;
  const float off = std::clamp((count - blend) / scale, -1.0f, 1.0f) * kFavourRate * kFavourSteps;
  for (std::size_t way = 0; way < kWays; ++way) {
    const float apart = std::clamp((guesses[way] - blend) / scale, -kMostApart, kMostApart);
    auto& favour = line.favour[horizon][way];
    const float moved = static_cast<float>(favour) * (1 - kFavourLost) + off * apart;
    // Steps are coarse: rounded by chance, small moves add up.
    const float noise = static_cast<float>(noise_of(line.steps, static_cast<std::uint32_t>(31 + way))) / 65536;
    favour = static_cast<std::int8_t>(std::floor(std::clamp(moved + noise, -127.0f, 127.0f)));
  }
}

}  // namespace harbinger::demand
