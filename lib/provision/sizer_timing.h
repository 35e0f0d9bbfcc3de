// How time is cut for a pool: ticks in which is counted, and how many of them an order takes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace harbinger::provision {

/// A tick is one step, or several where an instance takes long to start: so an order takes at most kMostDelay ticks.
struct SizerTiming {
  static constexpr std::size_t kMostDelay = 32;

  std::int64_t step_ms = 1000;
  std::uint32_t steps = 1;  ///< of a tick
  std::uint32_t delay = 5;  ///< ticks from an order to a ready instance; 0: it is ready for the very next arrivals

  /// Arrivals of so many ticks are met by what is ordered until now.
  std::size_t window() const { return std::size_t{delay} + 1; }
  std::int64_t tick_ms() const { return step_ms * steps; }
  double tick_s() const { return static_cast<double>(tick_ms()) / 1000; }

  static SizerTiming of(std::chrono::milliseconds step, std::chrono::milliseconds start) {
    constexpr double kMostStart = 86'400e3;
    SizerTiming timing{.step_ms = std::clamp<std::int64_t>(step.count(), 1, 86'400'000)};
    const double after = std::clamp(static_cast<double>(start.count()), 0.0, kMostStart);
    const double in_steps = after / static_cast<double>(timing.step_ms);
    timing.steps = static_cast<std::uint32_t>(std::max(1.0, std::ceil(in_steps / kMostDelay)));
    // What is a quarter of a tick late is no tick late.
    const double ticks = std::ceil(in_steps / timing.steps - 0.25);
    timing.delay = static_cast<std::uint32_t>(std::clamp(ticks, 0.0, static_cast<double>(kMostDelay)));
    return timing;
  }
};

}  // namespace harbinger::provision
