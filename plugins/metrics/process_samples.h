// What the kernel knows about this process, under the names that Prometheus's clients use.
#pragma once

#include <vector>

#include <harbinger/metrics.h>

namespace harbinger::metrics {

/// Start time, processor time, memory and open descriptors; what cannot be read is left out.
std::vector<MetricSample> process_samples();

}  // namespace harbinger::metrics
