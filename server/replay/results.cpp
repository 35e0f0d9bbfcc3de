#include "server/replay/results.h"

#include <algorithm>

namespace harbinger::replay {

namespace {

constexpr std::size_t kCurvePoints = 100;

PrefetchPoint oracle_at(const Bounds& bounds, const PrefetchPoint* like) {
  PrefetchPoint point{.threshold = 1};
  const double budget = like == nullptr ? 1 : like->coverage + like->waste;  // prefetches for each need
  point.coverage = std::min(bounds.need_seen, budget);
  point.precision = point.coverage > 0 ? 1 : 0;
  if (bounds.need_seen > 0) point.saved = bounds.saved_seen * point.coverage / bounds.need_seen;
  return point;
}

}  // namespace

ModelResult summarize(const Verdict& verdict, double waste) {
  ModelResult result;
  result.name = verdict.name;
  result.top1 = verdict.ranking.top(1);
  result.top3 = verdict.ranking.top(3);
  result.top5 = verdict.ranking.top(5);
  result.top20 = verdict.ranking.top(20);
  result.mrr20 = verdict.ranking.mrr();
  result.ece = verdict.next.error();
  result.ece_top5 = verdict.next_top5.error();
  result.ece_soon = verdict.soon.error();
  result.tight = verdict.prefetching.at_waste(kTightWaste);
  result.wide = verdict.prefetching.at_waste(kWideWaste);
  result.chosen = verdict.prefetching.at_waste(waste);
  result.curve = verdict.prefetching.curve(kCurvePoints);
  result.over_time = verdict.over_time.shares();
  result.seconds = verdict.seconds;
  return result;
}

ModelResult oracle(const Bounds& bounds, const ModelResult* like) {
  ModelResult result;
  result.name = "oracle";
  result.top1 = result.top3 = result.top5 = result.top20 = result.mrr20 = bounds.target_seen;
  result.tight = oracle_at(bounds, like ? &like->tight : nullptr);
  result.wide = oracle_at(bounds, like ? &like->wide : nullptr);
  result.chosen = oracle_at(bounds, like ? &like->chosen : nullptr);
  return result;
}

}  // namespace harbinger::replay
