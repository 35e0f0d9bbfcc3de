#include "server/replay/bounds.h"

#include <algorithm>
#include <array>
#include <vector>

namespace harbinger::replay {

namespace {

// A client's latest resources in its session.
struct Recent {
  std::array<std::uint32_t, Bounds::kWindow> resources;
  std::size_t size = 0;
  UnixMillis began = 0;

  std::span<const std::uint32_t> all() const { return std::span(resources).first(size); }
  void push(std::uint32_t resource) {
    std::shift_right(resources.begin(), resources.end(), 1);
    resources[0] = resource;
    size = std::min(size + 1, resources.size());
  }
};

class BoundsFinder {
 public:
  BoundsFinder(const Trace& trace, const Sessions& sessions, std::size_t score_from, bool frozen,
               const NetworkModel& network)
      : trace_(trace),
        sessions_(sessions),
        score_from_(score_from),
        frozen_(frozen),
        network_(network),
        seen_(trace.resources.size()),
        recent_(trace.clients.size()) {}

  Bounds find() {
    for (std::size_t i = 0; i < trace_.visits.size(); ++i) visit(i);
    share(bounds_.target_seen, bounds_.targets);
    share(bounds_.target_pair, bounds_.targets);
    share(bounds_.need_seen, bounds_.needs);
    share(bounds_.need_pair, bounds_.needs);
    if (all_ms_ > 0) bounds_.saved_seen = saved_ms_ / all_ms_;
    return bounds_;
  }

 private:
  static void share(double& count, std::uint64_t of) { count = of == 0 ? 0 : count / static_cast<double>(of); }

  void visit(std::size_t i) {
    const auto& visit = trace_.visits[i];
    const auto kind = sessions_[i].kind;
    auto& recent = recent_[visit.client];
    const bool counts = i >= score_from_;
    if (kind == StepKind::first) recent = {.resources = {}, .size = 0, .began = visit.at};
    if (counts) ++bounds_.visits;
    if (counts && kind == StepKind::first) ++bounds_.sessions;
    if (counts && kind == StepKind::onward) score(i, recent);
    if (kind == StepKind::repeated) return;
    if (!counts || !frozen_) learn(visit.resource, recent);
    recent.push(visit.resource);
  }

  void score(std::size_t i, const Recent& recent) {
    const auto& visit = trace_.visits[i];
    const bool seen = seen_[visit.resource];
    const bool pair = std::ranges::any_of(
        recent.all(), [&](auto before) { return pairs_.find(Sessions::key(before, visit.resource)) != nullptr; });
    ++bounds_.targets;
    bounds_.target_seen += seen;
    bounds_.target_pair += pair;
    if (!sessions_.is_need(trace_, i)) return;
    ++bounds_.needs;
    bounds_.need_seen += seen;
    bounds_.need_pair += pair;
    const auto cost = network_.fetch_ms(visit.size_bytes, visit.latency_us);
    all_ms_ += cost;
    if (seen) saved_ms_ += std::clamp(static_cast<double>(visit.at - recent.began), 0.0, cost);
  }

  void learn(std::uint32_t resource, const Recent& recent) {
    seen_[resource] = true;
    for (const auto before : recent.all()) pairs_.at(Sessions::key(before, resource)) = true;
  }

  const Trace& trace_;
  const Sessions& sessions_;
  std::size_t score_from_;
  bool frozen_;
  NetworkModel network_;
  std::vector<bool> seen_;
  std::vector<Recent> recent_;
  FlatMap<bool> pairs_;
  Bounds bounds_;
  double all_ms_ = 0, saved_ms_ = 0;
};

}  // namespace

Bounds find_bounds(const Trace& trace, const Sessions& sessions, std::size_t score_from, bool frozen,
                   const NetworkModel& network) {
  return BoundsFinder(trace, sessions, score_from, frozen, network).find();
}

}  // namespace harbinger::replay
