// Demands for the planner as a server makes them: each resource in each cluster is a series of DemandForecast.
#include <algorithm>
#include <cmath>

#include <harbinger/demand.h>
#include "server/replay/placement_demand.h"

namespace harbinger::replay {

namespace {

using Horizon = DemandForecast::Horizon;

class SeriesForecast final : public DemandSource {
 public:
  explicit SeriesForecast(const PlacementWorld& world)
      : minutes_(static_cast<double>(world.interval_ms) / 60'000),
        horizon_minutes_(static_cast<double>(world.horizon_ms) / 60'000),
        forecast_({.interval = std::chrono::seconds(world.interval_ms / 1000)}) {}

  void heard(const Want& want) override { forecast_.add(forecast_.series(want.resource, want.cluster), 1); }

  std::vector<SpotDemand> demands(std::int64_t now, double least, const Mirrors& mirrors) override {
    forecast_.step(now);
    std::vector<SpotDemand> demands;
    const auto add = [&](DemandForecast::Series series) {
      const auto [resource, cluster] = forecast_.identity(series);
      const Spot spot{static_cast<std::uint32_t>(resource), static_cast<std::uint16_t>(cluster)};
      if (!mirrors.contains(spot)) demands.push_back(demand_of(series, spot));
    };
    for (const auto series : forecast_.at_least(static_cast<float>(least * minutes_))) add(series);
    for (const auto& [spot, placed] : mirrors) {
      const auto series = forecast_.find(spot.resource, spot.cluster);
      demands.push_back(series ? demand_of(*series, spot) : SpotDemand{.spot = spot});
    }
    std::ranges::sort(demands, {}, &SpotDemand::spot);
    return demands;
  }

 private:
  SpotDemand demand_of(DemandForecast::Series series, const Spot& spot) const {
    double mean = 0, high = 0;
    for (const auto horizon : {Horizon::next, Horizon::soon, Horizon::later}) {
      const auto forecast = forecast_.forecast(series, horizon);
      mean += forecast.mean / 3.0;
      high = std::max<double>(high, forecast.q90);
    }
    const auto in_horizon = mean / minutes_ * horizon_minutes_;
    return {.spot = spot,
            .expected = mean / minutes_,
            .high = std::max(high, mean) / minutes_,
            .now = forecast_.recent(series) / minutes_,
            .chance = 1 - std::exp(-in_horizon),  // as of a Poisson process
            .burst = forecast_.bursts(series)};
  }

  const double minutes_, horizon_minutes_;
  DemandForecast forecast_;
};

}  // namespace

std::unique_ptr<DemandSource> make_series_forecast(const PlacementFeed&, const PlacementWorld& world) {
  return std::make_unique<SeriesForecast>(world);
}

}  // namespace harbinger::replay
