// What a policy brings with its knob at each place.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/replay/provision_policies.h"

namespace harbinger::replay {

/// Sums over steps, of one pool or several.
struct PoolReport {
  double arrivals = 0, missed = 0;
  double idle = 0;               ///< instance-steps, ready and unused
  double starts = 0, stops = 0;  ///< ordered for the pool; stopped without having been used

  void add(const PoolReport& other);
  double served() const { return arrivals - missed; }
  double hit() const { return arrivals > 0 ? served() / arrivals : 1; }
  double idle_per_served() const { return served() > 0 ? idle / served() : 0; }
  /// For each arrival, in what one instance unused for `window` steps costs.
  double cost(double cold, double window) const {
    return arrivals > 0 ? (cold * missed + idle / window) / arrivals : 0;
  }
};

/// Before the judged part (from a third of it on), and the judged part.
struct PoolReports {
  PoolReport before{}, judged{};
  void add(const PoolReports& other) { before.add(other.before), judged.add(other.judged); }
};

/// One pool through all of its steps.
PoolReports play_pool(const ProvisionFeed& feed, const PoolSeries& pool, const PoolWorld& world, PoolPolicy& policy);

struct PoolPoint {
  double knob = 0;
  PoolReports reports{};
};

struct PoolCurve {
  std::string name;
  std::vector<PoolPoint> points{};
  double seconds = 0;  ///< of processor time

  /// Idle instance-steps for each served at that share of hits: between the two points around it. Nothing where no point reaches it.
  std::optional<double> idle_at(double hit) const;
  /// Share that finds none ready, at so many idle instance-steps for each served.
  std::optional<double> cold_at(double idle) const;
  /// The point that before the judged part did what is wanted best.
  const PoolPoint* chosen_for_hit(double hit) const;
  const PoolPoint* chosen_for_cost(double cold, double window) const;
};

/// All pools, with the knob at each of its places.
PoolCurve play_family(const ProvisionFeed& feed, const PoolWorld& world, const PoolFamily& family);

}  // namespace harbinger::replay
