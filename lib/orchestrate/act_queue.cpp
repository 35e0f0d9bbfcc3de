#include "orchestrate/act_queue.h"

#include <algorithm>
#include <utility>

namespace harbinger::orchestrate {

std::uint8_t ActBatch::keep(std::string_view text) {
  const auto kept = text.substr(0, Activity::kMostText);
  texts_ += kept;
  return static_cast<std::uint8_t>(kept.size());
}

void ActBatch::add(const Activity& act) {
  Kept kept{.act = act, .text = static_cast<std::uint32_t>(texts_.size())};
  kept.verb = keep(act.verb);
  kept.kind = keep(act.kind);
  kept.source = keep(act.source);
  kept.scope = keep(act.scope);
  if (act.asks) {
    kept.need = static_cast<std::int32_t>(needs_.size());
    needs_.push_back(*act.asks);
  }
  acts_.push_back(kept);
}

Activity ActBatch::operator[](std::size_t place) const {
  const auto& kept = acts_[place];
  auto act = kept.act;
  std::string_view rest(texts_);
  rest.remove_prefix(kept.text);
  const auto next = [&rest](std::size_t size) {
    const auto text = rest.substr(0, size);
    rest.remove_prefix(size);
    return text;
  };
  act.verb = next(kept.verb);
  act.kind = next(kept.kind);
  act.source = next(kept.source);
  act.scope = next(kept.scope);
  act.asks = kept.need < 0 ? nullptr : &needs_[static_cast<std::size_t>(kept.need)];
  return act;
}

std::size_t ActQueue::push(std::span<const Activity> acts) {
  const std::lock_guard guard(lock_);
  const auto taken = std::min(acts.size(), most_ - std::min(most_, batch_.size()));
  for (const auto& each : acts.first(taken)) batch_.add(each);
  shed_ += acts.size() - taken;
  return taken;
}

ActBatch ActQueue::take() {
  const std::lock_guard guard(lock_);
  return std::exchange(batch_, {});
}

std::size_t ActQueue::room() const {
  const std::lock_guard guard(lock_);
  return most_ - std::min(most_, batch_.size());
}

std::uint64_t ActQueue::shed() const {
  const std::lock_guard guard(lock_);
  return shed_;
}

}  // namespace harbinger::orchestrate
