#include "edge/fetcher_metrics.h"

#include <string>

namespace harbinger::edge {

FetcherMetrics::FetcherMetrics(Metrics* metrics, std::function<Fetcher::State()> state) {
  if (!metrics) return;
  for (std::size_t i = 0; i < kOutcomes; ++i)
    jobs_[i] = metrics->counter("harbinger_edge_jobs_total", "Prefetch jobs, by what became of them",
                                {{"outcome", std::string(to_string(static_cast<JobDone::Outcome>(i)))}});
  bytes_.counter =
      metrics->counter("harbinger_edge_prefetched_bytes_total", "Octets of responses that filled the cache");
  useful_.counter =
      metrics->counter("harbinger_edge_useful_total", "Prefetched resources that a client then had from the cache");
  unused_.counter =
      metrics->counter("harbinger_edge_unused_total",
                       "Prefetched resources that no client had before they were fetched again or forgotten");
  unheard_ = metrics->counter("harbinger_edge_unheard_total",
                              "Clients' accesses and jobs that came faster than they were taken in");
  const auto gauge = [&](std::string_view name, std::string_view help, auto value) {
    gauges_.push_back(metrics->gauge(name, help, [state, value] { return static_cast<double>(value(state())); }));
  };
  using State = Fetcher::State;
  gauge("harbinger_edge_jobs_waiting", "Prefetch jobs that wait", [](const State& s) { return s.waiting; });
  gauge("harbinger_edge_jobs_in_flight", "Prefetch jobs that are being fetched",
        [](const State& s) { return s.in_flight; });
  gauge("harbinger_edge_workers", "Prefetch jobs that may be fetched at a time",
        [](const State& s) { return s.workers; });
  gauge("harbinger_edge_in_trouble", "1 while the cache or its origin does not answer",
        [](const State& s) { return s.in_trouble; });
}

void FetcherMetrics::Total::reach(std::uint64_t total) {
  if (total > told) counter.add(total - told);
  told = total;
}

void FetcherMetrics::totals(std::uint64_t bytes, std::uint64_t useful, std::uint64_t unused) {
  bytes_.reach(bytes);
  useful_.reach(useful);
  unused_.reach(unused);
}

}  // namespace harbinger::edge
