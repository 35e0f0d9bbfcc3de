// How many instances wait unused, and how many clients find none, by several policies and by ours.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/replay/provision_curve.h"

namespace harbinger::replay {

struct ProvisionReplay {
  double score_from = 0.6;                ///< share of the steps after which is judged
  std::chrono::milliseconds start{5000};  ///< from an order to a ready instance
};

struct ProvisionResults {
  static constexpr std::array<double, 3> kHits{0.95, 0.97, 0.99};
  static constexpr std::array<double, 8> kCosts{2, 5, 10, 20, 50, 100, 200, 500};

  std::string trace;
  std::int64_t step_ms = 0;
  ProvisionReplay replay{};
  PoolWorld world{};
  std::size_t pools = 0, steps = 0;
  double arrivals = 0;  ///< judged
  bool led = false;
  std::vector<PoolCurve> curves{};  ///< the last ones know the future
  PoolCurve by_cost{};              ///< ours, told each of kCosts

  const PoolCurve* of(std::string_view name) const;
  double step_s() const { return static_cast<double>(step_ms) / 1000; }
  /// Steps of an instance's idleness that cost 1.
  double cost_window() const { return static_cast<double>(world.delay > 0 ? world.delay : 1); }
  /// The one that is idle least at that share of hits, of those that know nothing of the future and are not ours; null where none reaches it.
  const PoolCurve* best_simple(double hit) const;
};

/// All policies, pool by pool and step by step: what arrives is only then learnt from.
ProvisionResults replay_provision(const ProvisionFeed& feed, const ProvisionReplay& replay,
                                  const std::function<void(std::string_view)>& progress);

std::string to_table(const ProvisionResults& results);
std::string to_json(const ProvisionResults& results);
/// Cold starts over idle instances.
std::string provision_plot(const ProvisionResults& results);

}  // namespace harbinger::replay
