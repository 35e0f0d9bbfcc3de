// What mirroring counts.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include <harbinger/metrics.h>
#include "mirror/step.h"

namespace harbinger::mirror {

/// One thread counts; any thread reads.
class MirrorMetrics {
 public:
  explicit MirrorMetrics(Metrics& metrics);

  Counter decided, would, passed, failed, blamed, told, renewed, bytes_pushed, hits, gained, late, in_time;
  Histogram visible;  ///< from verified until DNS tells of it
  std::array<std::atomic<std::uint32_t>, 9> steps{};

 private:
  std::vector<Metrics::GaugeHandle> gauges_;
};

}  // namespace harbinger::mirror
