// What prefetching by a model would bring and cost, for every threshold at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "server/replay/contender.h"
#include "server/replay/flat_map.h"
#include "server/replay/network_model.h"
#include "server/replay/sessions.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

/// The economics at one threshold.
struct PrefetchPoint {
  double threshold = 0;
  double coverage = 0;      ///< share of the needs that were prefetched before
  double precision = 0;     ///< share of the prefetches that were needed later in the session
  double waste = 0;         ///< useless prefetches for each need
  double wasted_bytes = 0;  ///< useless octets for each octet needed
  double late = 0;          ///< share of the useful prefetches that were still under way
  double lead_ms = 0;       ///< median time from a useful prefetch to its need
  double saved_ms = 0;      ///< latency saved for each need, in the mean
  double saved = 0;         ///< share of the latency of all needs that is saved
};

/// Prefetched resources are held until their session ends. A need is the first visit to a resource in a session, except the session's first visit.
/// After each visit everything at or above the threshold that the session has neither fetched nor prefetched is prefetched. The trace and its
/// sessions outlive this.
class PrefetchLedger {
 public:
  /// Needs count from visit `score_from` on.
  PrefetchLedger(const Trace& trace, const Sessions& sessions, std::size_t score_from, const NetworkModel& network);

  /// What a model says after a visit. `soon` is what thresholds are held against; less than kFaintest is not looked at.
  void predicted(std::size_t visit, std::span<const Candidate> candidates);

  /// Sorts what has been said; call once, before what follows.
  void close();

  std::uint64_t needs() const { return needs_; }
  /// The lowest threshold with at most that waste.
  PrefetchPoint at_waste(double limit) const;
  /// Coverage, precision and waste for about `points` thresholds, strictest first.
  std::vector<PrefetchPoint> curve(std::size_t points) const;

  static constexpr float kFaintest = 0.005F;

 private:
  // A rise of the highest score that a resource had in a session so far.
  struct Rise {
    float score = 0;
    std::uint32_t visit = 0, before = kNone;
  };
  struct Said {
    float highest = 0;
    std::uint32_t last_rise = kNone;
  };
  struct Prefetch {
    float score = 0;
    bool useful = false;
    std::uint32_t resource = 0, need = kNone, last_rise = kNone;
  };

  void measure_needs(std::size_t score_from);
  std::size_t end_of_tie(std::size_t from) const;
  PrefetchPoint counts(std::size_t prefetches, std::size_t useful, double useless_bytes) const;
  void add_times(std::size_t prefetches, PrefetchPoint& point) const;
  std::uint32_t issued_at(const Prefetch& prefetch, double threshold) const;
  double fetch_ms(std::uint32_t visit) const;

  const Trace& trace_;
  const Sessions& sessions_;
  NetworkModel network_;
  FlatMap<Said> said_;
  std::vector<Rise> rises_;
  std::vector<Prefetch> prefetches_;  // the highest score first
  std::vector<double> resource_bytes_;
  std::uint64_t needs_ = 0;
  double needed_bytes_ = 0, needed_ms_ = 0;
};

}  // namespace harbinger::replay
