#include <harbinger/demand.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "learn/demand/blend.h"
#include "learn/demand/book.h"
#include "learn/demand/burst.h"
#include "learn/demand/events.h"
#include "learn/demand/impl.h"
#include "learn/demand/judge.h"
#include "learn/demand/quantiles.h"
#include "learn/demand/ways.h"

namespace harbinger {

using namespace demand;

const std::size_t DemandForecast::kOctetsOfSeries = sizeof(Line);

DemandForecast::DemandForecast(const Settings& settings) : impl_(std::make_unique<Impl>(settings)) {}
DemandForecast::~DemandForecast() = default;
DemandForecast::DemandForecast(DemandForecast&&) noexcept = default;
DemandForecast& DemandForecast::operator=(DemandForecast&&) noexcept = default;

std::string_view DemandForecast::to_string(Way way) {
  constexpr std::array<std::string_view, kWays> kWords{"last",  "fast", "middle",    "slow",
                                                       "trend", "day",  "own_shape", "cluster_shape"};
  return way < Way::limit ? kWords[static_cast<std::size_t>(way)] : "?";
}

DemandForecast::Series DemandForecast::series(std::uint64_t resource, std::uint32_t cluster) {
  resource = std::max<std::uint64_t>(resource, 1);
  if (const auto found = impl_->book.find(resource, cluster)) return *found;
  const auto made = impl_->book.make(resource, cluster);
  auto& line = impl_->book.lines()[made];
  const auto& shape = impl_->cluster(cluster).shape;
  for (std::size_t horizon = 0; horizon < demand::kHorizons; ++horizon)
    for (std::size_t i = 0; i < kQuantiles; ++i) line.z[horizon][i] = shape.z[horizon][i];
  return made;
}

std::optional<DemandForecast::Series> DemandForecast::find(std::uint64_t resource, std::uint32_t cluster) const {
  return impl_->book.find(resource, cluster);
}

DemandForecast::Identity DemandForecast::identity(Series series) const {
  const auto& line = impl_->book.lines().at(series);
  return {line.resource, line.cluster};
}

std::size_t DemandForecast::size() const { return impl_->book.lines().size(); }

void DemandForecast::add(Series series, double count) {
  constexpr double kMost = 1e9;
  if (!(count > 0)) return;
  auto& line = impl_->book.lines().at(series);
  line.count = static_cast<float>(std::min(kMost, static_cast<double>(line.count) + count));
}

void DemandForecast::step(UnixMillis at) { impl_->step(at); }

void DemandForecast::Impl::step(UnixMillis at) {
  constexpr double kRemembered = 2000;
  now = at;
  for (auto& tally : tallies) tally.fade(1 - 1 / kRemembered);
  see_rhythm();
  Cluster* last = nullptr;
  std::uint32_t last_id = 0;
  for (auto& line : book.lines()) {
    if (!last || last_id != line.cluster) {
      last = &cluster(line.cluster);
      last_id = line.cluster;
    }
    step(line, *last);
  }
  if (!events.empty()) events.pass(at);
}

// The demand of each cluster together, before anything is learnt from its series.
void DemandForecast::Impl::see_rhythm() {
  constexpr float kLate = 0.2f;  // as the mean that the rhythm is held against
  const auto middle = now - interval_ms() / 2;
  for (auto& [id, each] : clusters) each.total = 0;
  for (const auto& line : book.lines()) cluster(line.cluster).total += line.count;
  const auto hour = hour_of(middle);
  for (auto& [id, each] : clusters) {
    each.shape.learn(middle, each.total, of_hour());
    const float rhythm = each.shape.at(hour);
    each.before = each.moments[0];
    each.weekday = each.shape.weekday(hour);
    each.late = each.late == 0 ? rhythm : each.late + (rhythm - each.late) * kLate;
    for (std::size_t horizon = 0; horizon < demand::kHorizons; ++horizon) {
      auto& moment = each.moments[horizon];
      moment.now = hour;
      moment.then = hour_of(middle + kHorizons[horizon] * interval_ms());
      moment.weekday = each.shape.weekday(moment.then);
      moment.faded = faded_steps(kHorizons[horizon]);
      moment.rhythm = std::clamp(each.shape.at(moment.then) / each.late, 0.1f, 10.0f);
    }
  }
}

// What an event brought is divided by what it came to, so that the usual is learnt and not the event.
void DemandForecast::Impl::step(Line& line, Cluster& cluster) {
  float count = line.count;
  line.count = 0;
  learn_kind(line, count);
  if (!events.empty() && line.steps > 0)
    count /= events.came(line.resource, line.cluster, now - interval_ms() / 2, count,
                         line.pending[pending_at(0, line.steps + 1)]);
  if (line.steps > 0) judge(line, cluster.shape, count, cluster.before, tallies);
  const auto hour = cluster.moments[0].now;
  if (line.steps > 0) watch_for_burst(line, count, std::max(line.means[2], usual_of(line, hour) * cluster.weekday));
  demand::learn(line, count, hour, cluster.weekday, rate_of_day);
  ++line.steps;
  forecast(line, cluster);
}

void DemandForecast::Impl::forecast(Line& line, const Cluster& cluster) {
  for (std::size_t horizon = 0; horizon < demand::kHorizons; ++horizon) {
    const auto guesses = guess(line, cluster.moments[horizon]);
    const auto shares = weights(line, cluster.shape, horizon);
    float blend = 0;
    for (std::size_t way = 0; way < demand::kWays; ++way) blend += guesses[way] * shares[way];
    line.pending[pending_at(horizon, line.steps)] = blend;
    if (horizon > 0 && line.steps % asked_every(horizon) == 0)
      std::ranges::copy(guesses, line.guess[horizon - 1].begin());
  }
}

DemandForecast::Forecast DemandForecast::Impl::forecast_of(const Line& line, std::size_t horizon) const {
  if (line.steps == 0) return {};
  auto said = spread_out(line, horizon, line.pending[pending_at(horizon, line.steps)]);
  const float lift = lift_of(line, horizon);
  for (auto* each : {&said.mean, &said.q50, &said.q90, &said.q99}) *each *= lift;
  return said;
}

float DemandForecast::Impl::lift_of(const Line& line, std::size_t horizon) const {
  if (events.empty()) return 1;
  return events.lift(line.resource, line.cluster, now + kHorizons[horizon] * interval_ms() - interval_ms() / 2);
}

DemandForecast::Forecast DemandForecast::forecast(Series series, Horizon horizon) const {
  return impl_->forecast_of(impl_->book.lines().at(series), static_cast<std::size_t>(horizon));
}

float DemandForecast::last(Series series) const { return impl_->book.lines().at(series).last; }
float DemandForecast::recent(Series series) const { return impl_->book.lines().at(series).means[1]; }
bool DemandForecast::bursts(Series series) const { return demand::bursts(impl_->book.lines().at(series)); }

std::vector<DemandForecast::Series> DemandForecast::at_least(float count) const {
  std::vector<Series> found;
  const auto& lines = impl_->book.lines();
  for (Series i = 0; i < lines.size(); ++i) {
    bool enough = lines[i].last >= count;
    for (std::size_t horizon = 0; !enough && horizon < demand::kHorizons; ++horizon)
      enough = impl_->forecast_of(lines[i], horizon).mean >= count;
    if (enough) found.push_back(i);
  }
  return found;
}

DemandForecast::EventId DemandForecast::expect(const Event& event) { return impl_->events.add(event); }

void DemandForecast::concerns(EventId event, Series series) {
  const auto& line = impl_->book.lines().at(series);
  impl_->events.concerns(event, line.resource, line.cluster);
}

double DemandForecast::correction(std::string_view tag) const { return impl_->events.correction(std::string(tag)); }

DemandForecast::Explanation DemandForecast::explain(Series series, Horizon horizon) const {
  const auto at = static_cast<std::size_t>(horizon);
  const auto& line = impl_->book.lines().at(series);
  Explanation told;
  told.forecast = impl_->forecast_of(line, at);
  told.event_lift = impl_->lift_of(line, at);
  told.burst = line.burst / kBurst;
  told.steps = line.steps;
  const auto cluster = impl_->clusters.find(line.cluster);
  if (cluster == impl_->clusters.end()) return told;
  const auto guesses = guess(line, cluster->second.moments[at]);
  const auto shares = weights(line, cluster->second.shape, at);
  for (std::size_t way = 0; way < kWays; ++way)
    told.terms[way] = {static_cast<Way>(way), guesses[way], shares[way], line.error[at][way]};
  return told;
}

DemandForecast::Accuracy DemandForecast::accuracy(Horizon horizon) const {
  return impl_->tallies[static_cast<std::size_t>(horizon)].accuracy();
}

}  // namespace harbinger
