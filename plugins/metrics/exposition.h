// Samples as text, in the format that Prometheus reads.
#pragma once

#include <span>
#include <string>

#include <harbinger/metrics.h>

namespace harbinger::metrics {

inline constexpr const char* kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

/// `samples` stand grouped by name. Labelled series that have counted nothing yet are left out: there are many.
std::string exposition(std::span<const MetricSample> samples);

}  // namespace harbinger::metrics
