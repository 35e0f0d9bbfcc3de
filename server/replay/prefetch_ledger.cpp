#include "server/replay/prefetch_ledger.h"

#include <algorithm>

namespace harbinger::replay {

PrefetchLedger::PrefetchLedger(const Trace& trace, const Sessions& sessions, std::size_t score_from,
                               const NetworkModel& network)
    : trace_(trace), sessions_(sessions), network_(network), resource_bytes_(trace.resources.size()) {
  for (const auto& visit : trace.visits) resource_bytes_[visit.resource] = visit.size_bytes;
  for (auto& bytes : resource_bytes_)
    if (bytes == 0) bytes = network.unknown_size;
  measure_needs(score_from);
}

void PrefetchLedger::measure_needs(std::size_t score_from) {
  for (auto i = score_from; i < trace_.visits.size(); ++i) {
    if (!sessions_.is_need(trace_, i)) continue;
    ++needs_;
    needed_bytes_ += resource_bytes_[trace_.visits[i].resource];
    needed_ms_ += fetch_ms(static_cast<std::uint32_t>(i));
  }
}

double PrefetchLedger::fetch_ms(std::uint32_t visit) const {
  return network_.fetch_ms(trace_.visits[visit].size_bytes, trace_.visits[visit].latency_us);
}

void PrefetchLedger::predicted(std::size_t visit, std::span<const Candidate> candidates) {
  const auto session = sessions_[visit].session;
  for (const auto& candidate : candidates) {
    if (!(candidate.soon >= kFaintest)) continue;  // nor what is no number
    const auto* wanted = sessions_.wanted(session, candidate.resource);
    if (wanted != nullptr && wanted->first <= visit) continue;  // the session has it
    auto& said = said_.at(Sessions::key(session, candidate.resource));
    if (candidate.soon <= said.highest) continue;
    said.highest = candidate.soon;
    rises_.push_back({candidate.soon, static_cast<std::uint32_t>(visit), said.last_rise});
    said.last_rise = static_cast<std::uint32_t>(rises_.size() - 1);
  }
}

void PrefetchLedger::close() {
  said_.for_each([&](std::uint64_t key, const Said& said) {
    const auto session = static_cast<std::uint32_t>(key >> 32), resource = static_cast<std::uint32_t>(key);
    const auto* wanted = sessions_.wanted(session, resource);
    prefetches_.push_back({said.highest, wanted != nullptr, resource, wanted ? wanted->first : kNone, said.last_rise});
  });
  // The same order whatever order the map had.
  std::ranges::sort(prefetches_, [&](const Prefetch& a, const Prefetch& b) {
    return a.score != b.score ? a.score > b.score : a.last_rise < b.last_rise;
  });
}

// Prefetches with the same score come together or not at all.
std::size_t PrefetchLedger::end_of_tie(std::size_t from) const {
  auto end = from + 1;
  while (end < prefetches_.size() && prefetches_[end].score == prefetches_[from].score) ++end;
  return end;
}

PrefetchPoint PrefetchLedger::counts(std::size_t prefetches, std::size_t useful, double useless_bytes) const {
  PrefetchPoint point;
  if (prefetches == 0 || needs_ == 0) return {.threshold = 1};
  const auto needs = static_cast<double>(needs_);
  point.threshold = prefetches_[prefetches - 1].score;
  point.coverage = static_cast<double>(useful) / needs;
  point.precision = static_cast<double>(useful) / static_cast<double>(prefetches);
  point.waste = static_cast<double>(prefetches - useful) / needs;
  point.wasted_bytes = useless_bytes / std::max(needed_bytes_, 1.0);
  return point;
}

PrefetchPoint PrefetchLedger::at_waste(double limit) const {
  std::size_t useful = 0, taken = 0, taken_useful = 0;
  double useless_bytes = 0, taken_bytes = 0;
  for (std::size_t i = 0; i < prefetches_.size();) {
    const auto end = end_of_tie(i);
    for (; i < end; ++i) {
      const auto& prefetch = prefetches_[i];
      useful += prefetch.useful ? 1 : 0;
      if (prefetch.useful) continue;
      const bool known = prefetch.resource < resource_bytes_.size();
      useless_bytes += known ? resource_bytes_[prefetch.resource] : network_.unknown_size;
    }
    if (static_cast<double>(i - useful) > limit * static_cast<double>(needs_)) break;
    taken = i;
    taken_useful = useful;
    taken_bytes = useless_bytes;
  }
  auto point = counts(taken, taken_useful, taken_bytes);
  add_times(taken, point);
  return point;
}

std::vector<PrefetchPoint> PrefetchLedger::curve(std::size_t points) const {
  std::vector<PrefetchPoint> curve;
  std::size_t useful = 0;
  const auto stride = std::max<std::size_t>(prefetches_.size() / std::max<std::size_t>(points, 1), 1);
  for (std::size_t i = 0, wanted = stride; i < prefetches_.size();) {
    const auto end = end_of_tie(i);
    for (; i < end; ++i) useful += prefetches_[i].useful ? 1 : 0;
    if (i < wanted && i < prefetches_.size()) continue;
    curve.push_back(counts(i, useful, 0));
    wanted = i + stride;
  }
  return curve;
}

// The visit after which the score first reached the threshold.
std::uint32_t PrefetchLedger::issued_at(const Prefetch& prefetch, double threshold) const {
  auto rise = prefetch.last_rise;
  while (rises_[rise].before != kNone && rises_[rises_[rise].before].score >= threshold) rise = rises_[rise].before;
  return rises_[rise].visit;
}

void PrefetchLedger::add_times(std::size_t prefetches, PrefetchPoint& point) const {
  std::vector<double> leads;
  double saved_ms = 0;
  std::size_t late = 0;
  for (const auto& prefetch : std::span(prefetches_).first(prefetches)) {
    if (!prefetch.useful) continue;
    const auto issued = issued_at(prefetch, point.threshold);
    const auto lead = static_cast<double>(trace_.visits[prefetch.need].at - trace_.visits[issued].at);
    const auto cost = fetch_ms(prefetch.need);
    leads.push_back(std::max(lead, 0.0));
    late += lead < cost ? 1 : 0;
    saved_ms += std::clamp(lead, 0.0, cost);
  }
  if (leads.empty()) return;
  const auto middle = leads.begin() + static_cast<std::ptrdiff_t>(leads.size() / 2);
  std::ranges::nth_element(leads, middle);
  point.lead_ms = *middle;
  point.late = static_cast<double>(late) / static_cast<double>(leads.size());
  point.saved_ms = saved_ms / static_cast<double>(needs_);
  point.saved = saved_ms / std::max(needed_ms_, 1e-9);
}

}  // namespace harbinger::replay
