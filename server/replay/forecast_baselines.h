// Forecasts as anybody would make them, beside which the demand forecast is judged.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <harbinger/access.h>

namespace harbinger::replay {

enum class ForecastBaseline : std::uint8_t {
  last,
  day_ago,
  week_ago,
  ewma3,
  ewma1,
  holt,
  holt_winters,
  profile,
  limit
};
inline constexpr auto kBaselines = static_cast<std::size_t>(ForecastBaseline::limit);
inline constexpr std::array<std::string_view, kBaselines> kBaselineNames{
    "last", "day_ago", "week_ago", "ewma_0.3", "ewma_0.1", "holt_damped", "holt_winters", "profile_x_level"};

/// Holt's and Winters' additive ways: level, trend that fades, and (with more than one step of season) what each step of the season adds.
class HoltWinters {
 public:
  HoltWinters(double level, double trend, std::size_t season)
      : level_rate_(level), trend_rate_(trend), seasons_(season) {}
  void see(double count);
  double say(unsigned ahead) const;

 private:
  static constexpr double kFade = 0.9, kSeasonRate = 0.1;
  void end_first_season();

  const double level_rate_, trend_rate_;
  std::vector<double> seasons_;  // the first season: the counts themselves
  std::size_t seen_ = 0;
  double level_ = 0, trend_ = 0;
};

/// The usual count of each hour of the week, times how far counts of late were above the usual.
class WeeklyProfile {
 public:
  explicit WeeklyProfile(std::int64_t interval_s) : interval_ms_(interval_s * 1000) {}
  void see(UnixMillis from, double count);
  double say(unsigned ahead) const;

 private:
  double usual(UnixMillis at) const;

  const std::int64_t interval_ms_;
  std::array<double, 168> sums_{}, counts_{};
  double all_ = 0, level_ = 1;
  UnixMillis last_ = 0;
};

/// All of them for one series.
class Baselines {
 public:
  explicit Baselines(std::int64_t interval_s);
  /// The interval that began at `from` brought `count`.
  void see(UnixMillis from, double count);
  /// Of the interval so many steps after the last one seen; not negative.
  std::array<double, kBaselines> say(unsigned ahead) const;

 private:
  double ago(std::size_t steps, unsigned ahead, double otherwise) const;

  const std::size_t day_;
  std::vector<double> counts_;
  double ewma3_ = 0, ewma1_ = 0;
  HoltWinters holt_, holt_winters_;
  WeeklyProfile profile_;
};

}  // namespace harbinger::replay
