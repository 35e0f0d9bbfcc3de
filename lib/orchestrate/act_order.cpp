#include "orchestrate/act_order.h"

#include <algorithm>
#include <array>

namespace harbinger::orchestrate {

ActOrder::ActOrder(Settings settings, Use use) : settings_(settings), use_(std::move(use)) {}

void ActOrder::put(const Activity& act, UnixMillis latest, MonotonicTime now) {
  if (act.at < went_) ++late_;
  queue_.push_back({act.at, numbers_++, copy(act, now)});
  std::ranges::push_heap(queue_, std::greater());
  while (!queue_.empty() && (queue_.front().at + settings_.window.count() <= latest || queue_.size() > settings_.most))
    pop();
  if (batch_.size() >= settings_.batch) hand_on();
}

void ActOrder::tick(MonotonicTime now) {
  while (!queue_.empty() && held_[queue_.front().place].came + settings_.window <= now) pop();
  hand_on();
}

void ActOrder::end() {
  while (!queue_.empty()) pop();
  hand_on();
}

// Views of the copy are made anew, since the texts moved.
std::uint32_t ActOrder::copy(const Activity& act, MonotonicTime now) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(held_.size()));
    held_.emplace_back();
  }
  const auto place = free_.back();
  free_.pop_back();
  auto& held = held_[place];
  held.act = act;
  held.came = now;
  held.texts.clear();
  for (const auto text : {act.verb, act.kind, act.source, act.scope}) held.texts += text;
  if (act.asks) held.need = *act.asks;
  return place;
}

void ActOrder::pop() {
  const auto turn = queue_.front();
  std::ranges::pop_heap(queue_, std::greater());
  queue_.pop_back();
  went_ = std::max(went_, turn.at);
  auto& held = held_[turn.place];
  std::string_view rest = held.texts;
  for (auto* const text : {&held.act.verb, &held.act.kind, &held.act.source, &held.act.scope}) {
    const auto size = text->size();
    *text = rest.substr(0, size);
    rest.remove_prefix(size);
  }
  if (held.act.asks) held.act.asks = &held.need;
  batch_.push_back(held.act);
  leaving_.push_back(turn.place);
}

void ActOrder::hand_on() {
  if (batch_.empty()) return;
  use_(batch_);
  batch_.clear();
  free_.insert(free_.end(), leaving_.begin(), leaving_.end());
  leaving_.clear();
}

}  // namespace harbinger::orchestrate
