#include "learn/demand/ways.h"

#include <algorithm>
#include <cmath>

namespace harbinger::demand {

float usual_of(const Line& line, const Hour& hour) {
  return line.day[hour.slot % kHours].value() * (1 - hour.share) + line.day[hour.next % kHours].value() * hour.share;
}

namespace {

// Holt's smoothing of level and trend, and how fast a trend fades (Gardner and McKenzie, 1985).
constexpr float kLevel = 0.3f, kTrend = 0.05f, kFade = 0.9f;
constexpr float kDayRate = 0.5f;  // of an hour, in a day's
constexpr float kMostRatio = 8;   // of shapes

float own_rhythm(const Line& line, const Moment& moment) {
  const float base = line.means[2] * 0.25f + 0.01f;
  return std::clamp((usual_of(line, moment.then) + base) / (usual_of(line, moment.now) + base), 1 / kMostRatio,
                    kMostRatio);
}

}  // namespace

float faded_steps(unsigned ahead) { return kFade * (1 - std::pow(kFade, static_cast<float>(ahead))) / (1 - kFade); }

float day_rate(float of_hour) { return 1 - std::pow(1 - kDayRate, std::min(1.0f, of_hour)); }

Guesses guess(const Line& line, const Moment& moment) {
  using Way = DemandForecast::Way;
  Guesses all;
  const auto put = [&](Way way, float value) { all[static_cast<std::size_t>(way)] = std::max(0.0f, value); };
  put(Way::last, line.last);
  put(Way::fast, line.means[0]);
  put(Way::middle, line.means[1]);
  put(Way::slow, line.means[2]);
  put(Way::trend, line.level + moment.faded * line.trend);
  put(Way::day, usual_of(line, moment.then) * moment.weekday);
  put(Way::own_shape, line.means[1] * own_rhythm(line, moment));
  put(Way::cluster_shape, line.means[1] * moment.rhythm);
  return all;
}

void learn(Line& line, float count, const Hour& hour, float weekday, float day_rate) {
  const bool first = line.steps == 0;
  line.last = count;
  for (std::size_t i = 0; i < kMeans.size(); ++i) {
    // A mean of few counts is their plain mean, until it has enough of them.
    const float rate = std::max(kMeans[i], 1 / (static_cast<float>(line.steps) + 1));
    line.means[i] += (count - line.means[i]) * rate;
  }
  const float before = line.level;
  line.level = first ? count : (1 - kLevel) * (before + kFade * line.trend) + kLevel * count;
  line.trend = first ? 0 : (1 - kTrend) * kFade * line.trend + kTrend * (line.level - before);
  auto& slot = line.day[(hour.share < 0.5f ? hour.slot : hour.next) % kHours];
  const float usual = slot.value();
  const float rate = usual == 0 ? 1 : day_rate;
  // The code has steps of 10 %: too small a move would be lost again and again, so it is made by chance, but the same every time.
  const float moved = usual + (count / weekday - usual) * rate;
  const float jitter = 1 + 0.1f * (static_cast<float>((line.steps * 2654435761u) >> 16 & 0xff) / 255 - 0.5f);
  slot = Coarse(moved * jitter);
}

}  // namespace harbinger::demand
