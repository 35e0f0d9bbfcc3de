#include "provision/provision_metrics.h"

#include <utility>

namespace harbinger::provision {

namespace {

constexpr std::array<double, 10> kBounds{0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10, 30, 120};
constexpr auto kWishes = "Wishes of tags that had no instance, by what they found";
constexpr auto kInstances = "Instances by pool and step";
// In the order of what `pool` tells.
constexpr std::array<std::string_view, 5> kSteps{"starting", "ready", "assigned", "draining", "failed"};
constexpr std::array<std::pair<const char*, const char*>, 4> kGauges{{
    {"harbinger_provision_target", "Unused instances that there should be, by pool"},
    {"harbinger_provision_waiting", "Wishes that wait for an instance, by pool"},
    {"harbinger_provision_circuit_open", "1 while a pool starts one instance at a time, since several failed"},
    {"harbinger_provision_idle_seconds", "Seconds that instances were ready and unused, of all since the start"},
}};

}  // namespace

ProvisionMetrics::ProvisionMetrics(Metrics& metrics, const std::vector<std::string>& pools) {
  constexpr auto kPassed = "Wishes that were passed over for want of evidence";
  too_few = metrics.counter("harbinger_provision_unproved_total", kPassed, {{"why", "too_few_clients"}});
  client_spent = metrics.counter("harbinger_provision_unproved_total", kPassed, {{"why", "client_spent"}});
  strays = metrics.counter("harbinger_provision_strays_total", "Instances of ours that nobody knew, and were stopped");
  for (const auto& each : pools) make_pool(metrics, each);
  gauges_.push_back(metrics.gauge("harbinger_provision_halted", "1 while nothing is started, by order",
                                  [this] { return halted.load() ? 1.0 : 0.0; }));
  gauges_.push_back(metrics.gauge("harbinger_provision_lost", "Wishes of workers that did not fit",
                                  [this] { return static_cast<double>(lost.load()); }));
}

void ProvisionMetrics::make_pool(Metrics& metrics, const std::string& name) {
  auto& pool = *pools_.emplace_back(std::make_unique<Pool>());
  const Labels of{{"pool", name}};
  const auto wishes = [&](const char* found) {
    return metrics.counter("harbinger_provision_wishes_total", kWishes, {{"pool", name}, {"found", found}});
  };
  pool.hits = wishes("ready");
  pool.cold = wishes("cold");
  pool.refused = wishes("refused");
  pool.starts = metrics.counter("harbinger_provision_starts_total", "Instances that were ordered, by pool", of);
  pool.failures = metrics.counter("harbinger_provision_failures_total", "Instances that failed, by pool", of);
  pool.stops = metrics.counter("harbinger_provision_stops_total", "Instances that are gone, by pool", of);
  pool.start =
      metrics.histogram("harbinger_provision_start_seconds", "From the order until it is ready, by pool", kBounds, of);
  const auto gauge = [&](const char* called, const char* help, std::size_t at, Labels labels) {
    gauges_.push_back(metrics.gauge(called, help, [&pool, at] { return pool.now[at].load(); }, std::move(labels)));
  };
  for (std::size_t i = 0; i < kSteps.size(); ++i)
    gauge("harbinger_provision_instances", kInstances, i, {{"pool", name}, {"step", std::string(kSteps[i])}});
  for (std::size_t i = 0; i < kGauges.size(); ++i) gauge(kGauges[i].first, kGauges[i].second, kSteps.size() + i, of);
}

void ProvisionMetrics::pool(std::size_t number, const InstanceDesk::PoolView& view) {
  auto& pool = *pools_[number];
  const auto& counts = view.counts;
  const auto grow = [](const Counter& counter, std::uint64_t now, std::uint64_t before) {
    if (now > before) counter.add(now - before);
  };
  grow(pool.hits, counts.hits, pool.before.hits);
  grow(pool.cold, counts.cold, pool.before.cold);
  grow(pool.refused, counts.refused, pool.before.refused);
  grow(pool.starts, counts.starts, pool.before.starts);
  grow(pool.failures, counts.failures, pool.before.failures);
  grow(pool.stops, counts.stops, pool.before.stops);
  pool.before = counts;
  const std::array<double, 9> now{static_cast<double>(view.starting),
                                  static_cast<double>(view.ready),
                                  static_cast<double>(view.assigned),
                                  static_cast<double>(view.draining),
                                  static_cast<double>(view.failed),
                                  static_cast<double>(view.target.ready),
                                  static_cast<double>(view.waiting),
                                  view.open ? 1.0 : 0.0,
                                  counts.idle_s};
  for (std::size_t i = 0; i < now.size(); ++i) pool.now[i] = now[i];
}

}  // namespace harbinger::provision
