// What an edge's prefetching counts.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include <harbinger/metrics.h>
#include "edge/fetcher.h"

namespace harbinger::edge {

/// Counts into nothing where there are no metrics. One thread, but for the gauges, which call `state` from any.
class FetcherMetrics {
 public:
  FetcherMetrics(Metrics* metrics, std::function<Fetcher::State()> state);

  void done(JobDone::Outcome outcome) const { jobs_[static_cast<std::size_t>(outcome)].add(); }
  /// Totals so far.
  void totals(std::uint64_t bytes, std::uint64_t useful, std::uint64_t unused);
  void unheard() const { unheard_.add(); }

 private:
  static constexpr std::size_t kOutcomes = static_cast<std::size_t>(JobDone::Outcome::stopped) + 1;
  struct Total {
    Counter counter;
    std::uint64_t told = 0;
    void reach(std::uint64_t total);
  };

  std::array<Counter, kOutcomes> jobs_;
  Total bytes_, useful_, unused_;
  Counter unheard_;
  std::vector<Metrics::GaugeHandle> gauges_;
};

}  // namespace harbinger::edge
