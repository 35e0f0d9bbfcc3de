#include "edge/rpc/hub_counts.h"

#include <string_view>

namespace harbinger::edge {

namespace {

constexpr std::array<std::string_view, 6> kWords{"status", "latency", "access", "done", "line", "report"};

}  // namespace

HubCounts::HubCounts(Metrics* metrics) {
  static_assert(kWords.size() == kKinds);
  if (!metrics) return;
  constexpr std::string_view kSessions = "Sessions that edges have asked for.";
  joined = metrics->counter("harbinger_edge_sessions_total", kSessions, {{"end", "joined"}});
  refused = metrics->counter("harbinger_edge_sessions_total", kSessions, {{"end", "refused"}});
  shed = metrics->counter("harbinger_edge_shed_total", "Jobs and lines that an edge did not take in time.");
  messages =
      metrics->counter("harbinger_edge_bad_messages_total", "Messages of edges and reporters that were no such.");
  for (std::size_t i = 0; i < kKinds; ++i) {
    const Labels labels{{"what", std::string(kWords[i])}};
    parts_refused_[i] = metrics->counter("harbinger_edge_refused_total", "What edges said that was wrong.", labels);
    parts_cut_[i] = metrics->counter("harbinger_edge_cut_total", "What edges said that was absurd and cut.", labels);
  }
  gauge_ = metrics->gauge("harbinger_edge_sessions", "Edges that have joined.",
                          [this] { return static_cast<double>(sessions.load()); });
}

bool HubCounts::count(What what, Found found) const {
  const auto at = static_cast<std::size_t>(what);
  if (found == Found::refused) parts_refused_[at].add();
  if (found == Found::cut) parts_cut_[at].add();
  return found != Found::refused;
}

}  // namespace harbinger::edge
