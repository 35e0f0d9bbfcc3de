// What orchestration counts.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <harbinger/metrics.h>
#include "orchestrate/resource_desk.h"

namespace harbinger::orchestrate {

/// One thread counts; any thread reads.
class OrchestrateMetrics {
 public:
  OrchestrateMetrics(Metrics& metrics, const std::vector<std::string>& targets);

  /// How it is now; counters grow by what is more than the last time.
  void desk(const ResourceDesk& desk);
  void action(const Action& action);

  Counter acts;
  std::atomic<std::uint64_t> users{0}, shed{0};

 private:
  static constexpr std::size_t kKinds = 3, kStates = 8, kSteps = 5;
  static constexpr auto kHolds = static_cast<std::size_t>(Hold::limit);
  void make_counters(Metrics& metrics);
  void make_gauges(Metrics& metrics, const std::vector<std::string>& targets);

  std::vector<std::pair<Counter, std::uint64_t ResourceDesk::Counts::*>> counters_;
  std::array<Counter, kHolds> held_;
  std::array<std::array<Counter, kStates>, kKinds> actions_;
  ResourceDesk::Counts before_{};
  std::atomic<bool> halted_{false};
  std::atomic<double> lead_{0}, idle_{0}, cost_{0};
  std::array<std::atomic<std::size_t>, kSteps> resources_{};
  std::array<std::atomic<std::size_t>, 2> waiting_{};
  std::vector<std::unique_ptr<std::atomic<bool>>> troubles_;
  std::vector<Metrics::GaugeHandle> gauges_;  // last: they read the rest
};

}  // namespace harbinger::orchestrate
