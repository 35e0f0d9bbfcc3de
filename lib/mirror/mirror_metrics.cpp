#include "mirror/mirror_metrics.h"

#include <string>

namespace harbinger::mirror {

namespace {

constexpr std::array<double, 8> kBounds{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1};
constexpr auto kRequests =
    "Requests for what a mirror was decided on for, by whether they came before or after its publication";

}  // namespace

MirrorMetrics::MirrorMetrics(Metrics& metrics) {
  const auto counter = [&](const char* name, const char* help) { return metrics.counter(name, help); };
  decided = counter("harbinger_mirror_decided_total", "Mirrors that were decided on");
  would = counter("harbinger_mirror_dry_run_total", "Mirrors that would have been decided on");
  passed = counter("harbinger_mirror_passed_over_total", "Resources that a plan passed over though wanted enough");
  failed = counter("harbinger_mirror_failed_total", "Mirrors that failed");
  blamed =
      counter("harbinger_mirror_untrue_total", "Mirrors that servers said they had, and had not, or had otherwise");
  told = counter("harbinger_mirror_publications_total", "Changes of what DNS tells of mirrors");
  renewed = counter("harbinger_mirror_renewals_total", "Leases that were renewed");
  bytes_pushed = counter("harbinger_mirror_pushed_bytes_total", "Bytes that edges fetched for mirrors, as they say");
  hits = counter("harbinger_mirror_hits_total", "Requests to mirrors that the cache answered, as edges tell");
  gained = counter("harbinger_mirror_hits_gained_total", "Of these, the first for each URL: misses without the mirror");
  late = metrics.counter("harbinger_mirror_decided_requests_total", kRequests, {{"came", "before"}});
  in_time = metrics.counter("harbinger_mirror_decided_requests_total", kRequests, {{"came", "after"}});
  visible = metrics.histogram("harbinger_mirror_publishing_seconds",
                              "From when a mirror is verified until DNS tells of it", kBounds);
  for (std::size_t i = 0; i < steps.size(); ++i)
    gauges_.push_back(metrics.gauge("harbinger_mirror_mirrors", "Mirrors by step",
                                    [this, i] { return static_cast<double>(steps[i].load()); },
                                    {{"step", std::string(to_string(static_cast<Step>(i)))}}));
}

}  // namespace harbinger::mirror
