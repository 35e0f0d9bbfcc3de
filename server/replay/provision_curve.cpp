#include "server/replay/provision_curve.h"

#include <algorithm>
#include <limits>

#include "provision/virtual_pool.h"
#include "server/replay/cpu_time.h"

namespace harbinger::replay {

namespace {

struct Place {
  double idle = 0, hit = 0;
};

// The places where nothing else has more hits for less.
std::vector<Place> front_of(const std::vector<PoolPoint>& points) {
  std::vector<Place> all;
  for (const auto& point : points) all.push_back({point.reports.judged.idle_per_served(), point.reports.judged.hit()});
  std::ranges::sort(all,
                    [](const Place& a, const Place& b) { return a.idle != b.idle ? a.idle < b.idle : a.hit > b.hit; });
  std::vector<Place> front;
  for (const auto& place : all)
    if (front.empty() || place.hit > front.back().hit) front.push_back(place);
  return front;
}

double between(double x0, double y0, double x1, double y1, double x) { return y0 + (y1 - y0) * (x - x0) / (x1 - x0); }

}  // namespace

void PoolReport::add(const PoolReport& other) {
  arrivals += other.arrivals, missed += other.missed, idle += other.idle;
  starts += other.starts, stops += other.stops;
}

PoolReports play_pool(const ProvisionFeed& feed, const PoolSeries& pool, const PoolWorld& world, PoolPolicy& policy) {
  provision::VirtualPool instances(world.delay);
  PoolReports reports;
  for (std::size_t i = 0; i < pool.arrivals.size(); ++i) {
    const double arrived = pool.arrivals[i], missed = instances.take(arrived);
    if (i >= world.judged_from / 3) {
      auto& report = i >= world.judged_from ? reports.judged : reports.before;
      report.add({.arrivals = arrived,
                  .missed = missed,
                  .idle = instances.idle(),
                  .starts = instances.ordered(),
                  .stops = instances.stopped()});
    }
    const auto end = feed.from + static_cast<UnixMillis>(i + 1) * feed.step_ms;
    policy.step({.at = end, .arrived = arrived, .missed = missed, .led = pool.leads.empty() ? 0 : pool.leads[i]});
    instances.aim(policy.ready(), policy.keep());
  }
  return reports;
}

PoolCurve play_family(const ProvisionFeed& feed, const PoolWorld& world, const PoolFamily& family) {
  const auto begun = cpu_seconds();
  PoolCurve curve{.name = family.name};
  for (const double knob : family.knobs) {
    PoolPoint point{.knob = knob};
    for (const auto& pool : feed.pools)
      point.reports.add(play_pool(feed, pool, world, *family.make(pool, world, knob)));
    curve.points.push_back(point);
  }
  curve.seconds = cpu_seconds() - begun;
  return curve;
}

std::optional<double> PoolCurve::idle_at(double hit) const {
  const auto front = front_of(points);
  const auto above = std::ranges::find_if(front, [&](const Place& place) { return place.hit >= hit; });
  if (above == front.end()) return std::nullopt;
  if (above == front.begin()) return above->idle;
  const auto& below = *(above - 1);
  return between(below.hit, below.idle, above->hit, above->idle, hit);
}

std::optional<double> PoolCurve::cold_at(double idle) const {
  const auto front = front_of(points);
  const auto above = std::ranges::find_if(front, [&](const Place& place) { return place.idle >= idle; });
  if (front.empty() || (above == front.begin() && above->idle > idle)) return std::nullopt;
  if (above == front.end()) return 1 - front.back().hit;
  if (above == front.begin()) return 1 - above->hit;
  const auto& below = *(above - 1);
  return 1 - between(below.idle, below.hit, above->idle, above->hit, idle);
}

const PoolPoint* PoolCurve::chosen_for_hit(double hit) const {
  const PoolPoint *best = nullptr, *most = nullptr;
  for (const auto& point : points) {
    const auto& report = point.reports.before;
    if (most == nullptr || report.hit() > most->reports.before.hit()) most = &point;
    if (report.hit() >= hit && (best == nullptr || report.idle < best->reports.before.idle)) best = &point;
  }
  return best != nullptr ? best : most;
}

const PoolPoint* PoolCurve::chosen_for_cost(double cold, double window) const {
  const PoolPoint* best = nullptr;
  for (const auto& point : points)
    if (best == nullptr || point.reports.before.cost(cold, window) < best->reports.before.cost(cold, window))
      best = &point;
  return best;
}

}  // namespace harbinger::replay
