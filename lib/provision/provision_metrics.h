// What provisioning counts.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <harbinger/metrics.h>
#include "provision/instance_desk.h"

namespace harbinger::provision {

/// One thread counts; any thread reads.
class ProvisionMetrics {
 public:
  ProvisionMetrics(Metrics& metrics, const std::vector<std::string>& pools);

  /// How a pool is now; counters grow by what is more than the last time.
  void pool(std::size_t number, const InstanceDesk::PoolView& view);
  void started(std::size_t pool, Duration after) {
    pools_[pool]->start.observe(std::chrono::duration<double>(after).count());
  }

  Counter too_few, client_spent, strays;
  std::atomic<bool> halted{false};
  std::atomic<std::uint64_t> lost{0};

 private:
  struct Pool {
    Counter hits, cold, refused, starts, failures, stops;
    Histogram start;
    PoolCounts before{};
    std::array<std::atomic<double>, 9> now{};
  };
  void make_pool(Metrics& metrics, const std::string& name);

  std::vector<std::unique_ptr<Pool>> pools_;
  std::vector<Metrics::GaugeHandle> gauges_;  // last: they read the rest
};

}  // namespace harbinger::provision
