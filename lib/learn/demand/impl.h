// What a DemandForecast is made of.
#pragma once

#include <unordered_map>

#include <harbinger/demand.h>
#include "learn/demand/book.h"
#include "learn/demand/events.h"
#include "learn/demand/judge.h"
#include "learn/demand/shape.h"
#include "learn/demand/ways.h"

namespace harbinger {

struct DemandForecast::Impl {
  struct Cluster {
    demand::Shape shape{};
    float total = 0, late = 0;
    float weekday = 1;  ///< of the interval that just ended
    std::array<demand::Moment, demand::kHorizons> moments{};
    demand::Moment before{};  ///< the first of these, a step ago
  };

  explicit Impl(const Settings& given)
      : settings(given), book(given.series), rate_of_day(demand::day_rate(of_hour())) {}

  UnixMillis interval_ms() const { return std::max<UnixMillis>(1, settings.interval.count()) * 1000; }
  float of_hour() const { return static_cast<float>(interval_ms()) / 3'600'000.0f; }
  Cluster& cluster(std::uint32_t id) { return clusters[id]; }

  void step(UnixMillis at);
  void see_rhythm();
  void step(demand::Line& line, Cluster& cluster);
  void forecast(demand::Line& line, const Cluster& cluster);
  Forecast forecast_of(const demand::Line& line, std::size_t horizon) const;
  float lift_of(const demand::Line& line, std::size_t horizon) const;

  const Settings settings;
  demand::Book book;
  std::unordered_map<std::uint32_t, Cluster> clusters;
  demand::Events events;
  std::array<demand::Tally, demand::kHorizons> tallies{};
  UnixMillis now = 0;
  const float rate_of_day;
};

}  // namespace harbinger
