#include "learn/hint_judge.h"

namespace harbinger {

// A hint that is given again while it waits counts once.
void HintJudge::hinted(ClientKey client, std::uint64_t resource, MonotonicTime at) {
  const Key key{client, resource};
  if (!open_.emplace(key, at).second) return;
  order_.push_back({key, at});
  while (order_.size() > settings_.most) {
    const auto found = open_.find(order_.front().key);
    if (found != open_.end() && found->second == order_.front().at) open_.erase(found);
    order_.pop_front();
  }
}

void HintJudge::wanted(ClientKey client, std::uint64_t resource, MonotonicTime at) {
  const auto found = open_.find({client, resource});
  if (found == open_.end() || at <= found->second) return;  // wanted before the hint
  const auto after = at - found->second;
  open_.erase(found);
  if (after > settings_.horizon)
    ++verdicts_.wasted;
  else if (after < settings_.too_soon)
    ++verdicts_.late;
  else
    ++verdicts_.useful;
}

void HintJudge::tend(MonotonicTime now) {
  while (!order_.empty() && now - order_.front().at > settings_.horizon) {
    const auto given = order_.front();
    order_.pop_front();
    const auto found = open_.find(given.key);
    if (found == open_.end() || found->second != given.at) continue;
    open_.erase(found);
    ++verdicts_.wasted;
  }
}

}  // namespace harbinger
