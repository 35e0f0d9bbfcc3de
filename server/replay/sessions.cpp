#include "server/replay/sessions.h"

#include <algorithm>

namespace harbinger::replay {

namespace {

// Where a client is.
struct Walker {
  std::uint32_t visit = kNone, session = kNone, current = kNone, previous = kNone;
  UnixMillis at = 0;
};

}  // namespace

Sessions::Sessions(const Trace& trace, UnixMillis gap, std::size_t new_from) {
  std::vector<Walker> walkers(trace.clients.size());
  steps_.resize(trace.visits.size());
  for (std::size_t i = 0; i < trace.visits.size(); ++i) {
    const auto& visit = trace.visits[i];
    auto& walker = walkers[visit.client];
    auto& step = steps_[i];
    const bool begins =
        walker.visit == kNone || visit.at - walker.at > gap || (i >= new_from && walker.visit < new_from);
    if (begins) {
      walker = {.session = count_++};
    } else {
      step.kind = walker.current == visit.resource ? StepKind::repeated : StepKind::onward;
      steps_[walker.visit].next = static_cast<std::uint32_t>(i);
    }
    if (step.kind == StepKind::onward) walker.previous = walker.current;
    walker.current = visit.resource;
    walker.visit = static_cast<std::uint32_t>(i);
    walker.at = begins ? visit.at : std::max(walker.at, visit.at);
    step.session = walker.session;
    step.from = walker.previous;
    auto& wanted = wanted_.at(key(step.session, visit.resource));
    if (wanted.first == kNone) wanted.first = static_cast<std::uint32_t>(i);
    wanted.last = static_cast<std::uint32_t>(i);
  }
}

bool Sessions::is_need(const Trace& trace, std::size_t visit) const {
  return steps_[visit].kind == StepKind::onward &&
         wanted(steps_[visit].session, trace.visits[visit].resource)->first == visit;
}

}  // namespace harbinger::replay
