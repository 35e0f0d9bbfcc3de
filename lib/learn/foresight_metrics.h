// What foresight counts, by kind of speculation; never by client or name.
#pragma once

#include <atomic>
#include <vector>

#include <harbinger/foresight.h>
#include <harbinger/metrics.h>
#include "learn/hint_judge.h"
#include "learn/refresher.h"

namespace harbinger {

class ForesightMetrics {
 public:
  explicit ForesightMetrics(Metrics& metrics);

  /// Counts what is new since the last call. The learning thread's.
  void update(const HintJudge::Verdicts& hints, const Refresher::Counts& refreshes, std::uint64_t dropped);
  /// Shows the numbers of `read` while these metrics live.
  void show(Metrics& metrics, const std::function<Foresight::State()>& read);

  Counter floods, shed, accesses;

 private:
  /// Follows a number that only grows.
  struct Followed {
    Counter counter;
    std::uint64_t before = 0;
    void follow(std::uint64_t now);
  };
  Followed useful_hints_, wasted_hints_, late_hints_;
  Followed predicted_, started_, useful_, wasted_, late_, already_, throttled_, failed_, dropped_;
  std::vector<Metrics::GaugeHandle> gauges_;
};

}  // namespace harbinger
