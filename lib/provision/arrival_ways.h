// Simple forecasts of arrivals, side by side.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <harbinger/access.h>
#include "provision/daily_rhythm.h"
#include "provision/small_arima.h"

namespace harbinger::provision {

/// Means that forget at different paces, a trend that fades, the usual day, the usual day with what is different at present (Holt-Winters), ARIMA, and the mean of all.
class ArrivalWays {
 public:
  enum Way : std::uint8_t { fastest, fast, middle, slow, slowest, trend, day, season, arima, steps, mean, limit };
  static constexpr std::size_t kWays = limit;
  static std::string_view name(std::size_t way);
  using Forecasts = std::array<float, kWays>;

  /// The tick that ended at `at` brought so many.
  void see(UnixMillis at, std::int64_t tick_ms, double count);
  /// Of the next ticks together, that many; none is negative.
  Forecasts forecast(UnixMillis at, std::int64_t tick_ms, std::size_t ticks) const;
  /// A tick is now `factor` times as long.
  void rescale(double factor);

  template <class Archive>
  void state(Archive& archive) {
    archive(means_), archive(all_), archive(seen_), archive(level_), archive(trend_), archive(above_), archive(rise_);
    day_.state(archive), arima_.state(archive), steps_.state(archive);
  }

 private:
  static constexpr std::size_t kMeans = 5;
  std::array<float, kMeans> means_{};
  float all_ = 0, seen_ = 0;
  float level_ = 0, trend_ = 0;  // Holt's
  float above_ = 0, rise_ = 0;   // Winters': above the usual of that time
  DailyRhythm day_;
  SmallArima arima_{false}, steps_{true};
};

}  // namespace harbinger::provision
