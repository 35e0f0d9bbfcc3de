#include "edge/hub_metrics.h"

#include <string>

namespace harbinger::edge {

namespace {

constexpr std::array<std::string_view, 3> kRefused{"conflict", "malformed", "too_many"};
constexpr std::array<std::string_view, 6> kDoubted{"load", "counts", "capacity", "job", "line", "way"};
constexpr std::array<std::string_view, 8> kFates{"sent",       "known",   "waits",   "moved",
                                                 "unanswered", "dropped", "dry_run", "over_budget"};

}  // namespace

HubMetrics::HubMetrics(Metrics& metrics) {
  const auto each = [&](auto& counters, const auto& words, const char* name, const char* help, const char* label) {
    for (std::size_t i = 0; i < counters.size(); ++i)
      counters[i] = metrics.counter(name, help, {{label, std::string(words[i])}});
  };
  joined_ = metrics.counter("harbinger_edges_joined_total", "Sessions that edges began");
  lost_ = metrics.counter("harbinger_edges_lost_total", "Sessions that ended");
  ways_ = metrics.counter("harbinger_edges_latencies_total", "Ways that edges measured and steering took");
  accesses_ = metrics.counter("harbinger_edges_accesses_total", "Accesses that edges told of");
  bytes_ = metrics.counter("harbinger_edges_fetched_bytes_total", "Bytes that edges fetched for jobs, as they say");
  constexpr auto kLines = "harbinger_edges_lines_total";
  edge_lines_ = metrics.counter(kLines, "Lines of what was learnt, by who told them", {{"from", "edge"}});
  server_lines_ = metrics.counter(kLines, "Lines of what was learnt, by who told them", {{"from", "server"}});
  each(refused_, kRefused, "harbinger_edges_refused_total", "Edges that could not join, by reason", "why");
  each(doubted_, kDoubted, "harbinger_edges_doubted_total", "What edges said and was not believed", "what");
  each(fates_, kFates, "harbinger_edges_jobs_total", "Jobs by what became of them here", "fate");
  std::array<std::string_view, kOutcomes> outcomes;
  for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i] = to_string(static_cast<JobDone::Outcome>(i));
  each(outcomes_, outcomes, "harbinger_edges_jobs_done_total", "Jobs by what edges say became of them", "outcome");
  gauge_ = metrics.gauge("harbinger_edges_connected", "Edges that have joined and are there",
                         [this] { return static_cast<double>(connected_.load()); });
}

void HubMetrics::done(const JobDone& job) {
  constexpr std::uint64_t kMost = 1ULL << 40;
  const auto outcome = static_cast<std::size_t>(job.outcome);
  if (outcome < outcomes_.size()) outcomes_[outcome].add();
  if (job.outcome == JobDone::Outcome::fetched && job.bytes <= kMost) bytes_.add(job.bytes);
}

}  // namespace harbinger::edge
