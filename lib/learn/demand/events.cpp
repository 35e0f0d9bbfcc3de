#include "learn/demand/events.h"

#include <algorithm>
#include <cmath>

namespace harbinger::demand {

namespace {

constexpr double kDoubt = 0.15;    // events that came as they were told, before any was seen
constexpr double kForget = 0.8;    // of what was learnt, with each further event
constexpr double kLeastUsual = 3;  // counts that an event must have been expected to bring, to be learnt from
constexpr double kMostLift = 1e4;

}  // namespace

Events::Id Events::add(const DemandForecast::Event& event) {
  if (!(event.lift > 0) || event.lift > kMostLift || event.lasts.count() <= 0) return 0;
  if (events_.size() >= kMost)
    events_.erase(std::ranges::min_element(events_, {}, [](const auto& each) { return each.second.until; }));
  const UnixMillis lasts = std::min<UnixMillis>(event.lasts.count(), 90 * 86'400) * 1000;
  events_[++last_] = {event, event.at + lasts};
  return last_;
}

void Events::concerns(Id id, std::uint64_t resource, std::uint32_t cluster) {
  if (!events_.contains(id)) return;
  auto& ids = about_[{resource, cluster}];
  if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
}

// What was told of it, until it has begun to tell itself.
double Events::lift_of(const Active& active) const {
  if (active.usual < kLeastUsual) return active.event.lift * correction(active.event.tag);
  return std::clamp(active.count / active.usual, 1 / kMostLift, kMostLift);
}

float Events::lift(std::uint64_t resource, std::uint32_t cluster, UnixMillis at) const {
  const auto about = about_.find({resource, cluster});
  if (about == about_.end()) return 1;
  double lift = 1;
  for (const auto id : about->second) {
    const auto found = events_.find(id);
    if (found == events_.end() || at < found->second.event.at || at >= found->second.until) continue;
    lift *= lift_of(found->second);
  }
  return static_cast<float>(std::min(lift, kMostLift));
}

float Events::came(std::uint64_t resource, std::uint32_t cluster, UnixMillis at, float count, float usual) {
  const auto about = about_.find({resource, cluster});
  if (about == about_.end()) return 1;
  double divisor = 1;
  for (const auto id : about->second) {
    const auto found = events_.find(id);
    if (found == events_.end() || at < found->second.event.at || at >= found->second.until) continue;
    auto& active = found->second;
    active.usual += static_cast<double>(active.before.try_emplace({resource, cluster}, usual).first->second);
    active.count += static_cast<double>(count);
    divisor *= lift_of(active);
  }
  return static_cast<float>(divisor);
}

void Events::learn(const Active& active) {
  if (active.usual < kLeastUsual) return;
  if (!tags_.contains(active.event.tag) && tags_.size() >= kMostTags) return;
  auto& learnt = tags_[active.event.tag];
  const double came = std::clamp(active.count / active.usual, 1e-3, kMostLift);
  learnt.logs = learnt.logs * kForget + std::log(came / active.event.lift);
  learnt.events = learnt.events * kForget + 1;
}

void Events::pass(UnixMillis at) {
  bool ended = false;
  for (auto each = events_.begin(); each != events_.end();) {
    if (at < each->second.until) {
      ++each;
      continue;
    }
    learn(each->second);
    each = events_.erase(each);
    ended = true;
  }
  if (!ended) return;
  for (auto& [key, ids] : about_) std::erase_if(ids, [this](Id id) { return !events_.contains(id); });
  std::erase_if(about_, [](const auto& each) { return each.second.empty(); });
}

double Events::correction(const std::string& tag) const {
  const auto found = tags_.find(tag);
  if (found == tags_.end()) return 1;
  return std::exp(found->second.logs / (found->second.events + kDoubt));
}

}  // namespace harbinger::demand
