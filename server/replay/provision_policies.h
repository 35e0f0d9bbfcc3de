// Who says how many instances a pool should have ready: simple ways, ours, and those that know the future.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "provision/sizer_timing.h"
#include "server/replay/provision_feed.h"

namespace harbinger::replay {

/// What policies are made for.
struct PoolWorld {
  std::int64_t step_ms = 1000;
  std::chrono::milliseconds start{5000};
  std::size_t delay = 5;        ///< steps from an order to a ready instance
  std::size_t judged_from = 0;  ///< step

  std::size_t window() const { return delay + 1; }  ///< steps whose arrivals are met by what is ordered until now
};

/// One step of a pool.
struct PoolStep {
  UnixMillis at = 0;  ///< its end
  double arrived = 0, missed = 0, led = 0;
};

class PoolPolicy {
 public:
  virtual ~PoolPolicy() = default;
  virtual void step(const PoolStep& step) = 0;
  virtual double ready() const = 0;  ///< unused or starting instances that there should be
  virtual double keep() const { return 0; }
};

/// One way to say it, with a knob that trades cold starts for idle instances.
struct PoolFamily {
  std::string name;
  std::vector<double> knobs{};
  std::function<std::unique_ptr<PoolPolicy>(const PoolSeries&, const PoolWorld&, double knob)> make{};
};

/// Steps that an order takes: as many for everybody.
std::size_t delay_of(std::int64_t step_ms, std::chrono::milliseconds start);
/// Sums of arrivals over `window` steps, each sum from the step of its place on; shorter at the end.
std::vector<double> window_sums(const std::vector<double>& arrivals, std::size_t window);
/// The value that this share of `values` do not pass; 0 of none.
double quantile_of(std::vector<double> values, double share);

/// A constant number: a quantile of the windows before the judged part, or of the judged part itself.
PoolFamily static_trained();
PoolFamily static_hindsight();
/// Knative's KPA: what came in 60 s, or in 6 s where that is twice what is there; over a target utilisation of 1 / knob.
PoolFamily reactive_kpa();
/// A mean that forgets at a pace for each step, times a knob.
PoolFamily ewma_times(double pace);
/// A quantile of the windows of the same half hour in the seven days before.
PoolFamily seasonal_quantile();
/// Azure's for functions that are called seldom (Shahrad et al. 2020): how long it was since the last call, by the minute up to four hours; ready from its 5 % quantile on until the
/// knob's (99 % in the paper).
PoolFamily hybrid_histogram();
/// provision/pool_sizer.h, with the promised share of hits as its knob; or with the costs of a cold start over those of an idle one.
PoolFamily ours_by_hits();
PoolFamily ours_by_cost();
/// Knows what will come.
PoolFamily perfect_foresight();
/// Knows when each who was heard of will come, from then on; of the others, how many they are in so and so many windows of the judged part.
PoolFamily lead_oracle();

}  // namespace harbinger::replay
