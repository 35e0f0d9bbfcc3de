#include <algorithm>
#include <array>

#include <harbinger/demand.h>

#include "mirror/demands.h"

namespace harbinger::mirror {

namespace {

using Horizon = DemandForecast::Horizon;
constexpr std::array kAll{Horizon::next, Horizon::soon, Horizon::later};

class ForecastDemands final : public Demands {
 public:
  ForecastDemands(std::chrono::seconds interval, std::size_t most)
      : demand_({.interval = interval, .series = most}),
        per_minute_(60.0f / static_cast<float>(std::max<std::int64_t>(1, interval.count()))) {}

  void count(std::uint64_t resource, ClusterId cluster, float requests) override;
  void step(UnixMillis at) override;
  std::vector<Outlook> outlook(double least) const override;
  void expect(const ExternalEvent& event, About about) override;
  std::vector<Term> explain(std::uint64_t resource, ClusterId cluster) const override;
  std::vector<Term> accuracy() const override;
  std::vector<std::uint8_t> save() const override { return demand_.save(); }
  Result<void> load(std::span<const std::uint8_t> octets) override { return demand_.load(octets); }

 private:
  // An event that is not over, for series that come while it lasts.
  struct Coming {
    DemandForecast::EventId id = 0;
    UnixMillis until = 0;
    About about;
  };
  Outlook outlook_of(DemandForecast::Series series) const;

  DemandForecast demand_;
  const float per_minute_;
  std::vector<Coming> coming_;
};

void ForecastDemands::count(std::uint64_t resource, ClusterId cluster, float requests) {
  const auto known = demand_.find(resource, cluster);
  const auto series = known ? *known : demand_.series(resource, cluster);
  demand_.add(series, static_cast<double>(requests));
  if (known) return;
  for (const auto& event : coming_)
    if (event.about(resource, cluster)) demand_.concerns(event.id, series);
}

void ForecastDemands::step(UnixMillis at) {
  demand_.step(at);
  std::erase_if(coming_, [&](const Coming& each) { return each.until <= at; });
}

Outlook ForecastDemands::outlook_of(DemandForecast::Series series) const {
  const auto [resource, cluster] = demand_.identity(series);
  Outlook out{.resource = resource, .cluster = static_cast<ClusterId>(cluster)};
  for (const auto horizon : kAll) {
    const auto said = demand_.forecast(series, horizon);
    out.expected += static_cast<double>(said.mean) / kAll.size();
    out.high = std::max(out.high, static_cast<double>(said.q90));
  }
  out.burst = demand_.bursts(series);
  out.now = static_cast<double>(demand_.last(series) * per_minute_);
  out.expected *= static_cast<double>(per_minute_);
  out.high *= static_cast<double>(per_minute_);
  // What rises faster than the past explains is taken at its word.
  if (out.burst) out.expected = std::max(out.expected, out.now);
  return out;
}

std::vector<Outlook> ForecastDemands::outlook(double least) const {
  std::vector<Outlook> all;
  for (const auto series : demand_.at_least(static_cast<float>(least) / per_minute_)) all.push_back(outlook_of(series));
  std::ranges::sort(all, {}, [](const Outlook& each) { return std::pair(each.resource, each.cluster); });
  return all;
}

void ForecastDemands::expect(const ExternalEvent& event, About about) {
  const auto id = demand_.expect({event.tag, event.at, event.lift, event.lasts});
  if (id == 0) return;
  for (DemandForecast::Series series = 0; series < demand_.size(); ++series) {
    const auto [resource, cluster] = demand_.identity(series);
    if (about(resource, static_cast<ClusterId>(cluster))) demand_.concerns(id, series);
  }
  coming_.push_back({id, event.at + event.lasts.count() * 1000, std::move(about)});
}

std::vector<Demands::Term> ForecastDemands::explain(std::uint64_t resource, ClusterId cluster) const {
  const auto series = demand_.find(resource, cluster);
  if (!series) return {};
  std::vector<Term> terms;
  const auto told = demand_.explain(*series, Horizon::soon);
  for (const auto& term : told.terms) {
    const std::string way(DemandForecast::to_string(term.way));
    terms.push_back({way, static_cast<double>(term.forecast * per_minute_)});
    terms.push_back({way + " weight", static_cast<double>(term.weight)});
  }
  terms.push_back({"event lift", static_cast<double>(told.event_lift)});
  terms.push_back({"burst score", static_cast<double>(told.burst)});
  return terms;
}

std::vector<Demands::Term> ForecastDemands::accuracy() const {
  const auto told = demand_.accuracy(Horizon::soon);
  if (told.scored == 0) return {};
  std::vector<Term> terms{{"scored", static_cast<double>(told.scored)},
                          {"mean absolute error", told.error},
                          {"0.9 coverage", told.covered90}};
  for (std::size_t way = 0; way < told.ways.size(); ++way)
    terms.push_back(
        {std::string(DemandForecast::to_string(static_cast<DemandForecast::Way>(way))) + "'s", told.ways[way]});
  return terms;
}

}  // namespace

std::unique_ptr<Demands> make_forecast_demands(std::chrono::seconds interval, std::size_t most) {
  return std::make_unique<ForecastDemands>(interval, most);
}

}  // namespace harbinger::mirror
