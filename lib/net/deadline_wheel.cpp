#include "net/deadline_wheel.h"

#include <algorithm>

namespace harbinger::net {

DeadlineWheel::DeadlineWheel(MonotonicTime now) : slice_(now.ns / kSlice.count()) {
  for (auto& head : heads_) head.next_ = head.before_ = &head;
}

void DeadlineWheel::add(Timed& timed, MonotonicTime deadline, MonotonicTime now) {
  skip_idle_time(now);
  timed.unlink();
  timed.deadline_ = deadline;
  put(timed, slice_);
}

void DeadlineWheel::skip_idle_time(MonotonicTime now) {
  const std::int64_t current = now.ns / kSlice.count();
  if (current >= slice_ + kHorizon && !look_again()) slice_ = current;
}

// What lies beyond the horizon waits in the last slot within it, and is put again when its turn comes.
void DeadlineWheel::put(Timed& timed, std::int64_t first_slice) {
  const auto wanted = std::max(timed.deadline_.ns / kSlice.count(), first_slice);
  const auto slice = std::min(wanted, first_slice + kHorizon);
  Timed& head = heads_[static_cast<std::size_t>(slice) % kSlots];
  timed.next_ = &head;
  timed.before_ = head.before_;
  head.before_->next_ = &timed;
  head.before_ = &timed;
}

Timed* DeadlineWheel::next_due(MonotonicTime now) {
  while (end_of(slice_) <= now) {
    const auto slot = static_cast<std::size_t>(slice_) % kSlots;
    if (is_empty(slot)) {
      ++slice_;
      continue;
    }
    Timed& timed = *heads_[slot].next_;
    timed.unlink();
    if (timed.deadline_ <= now) return &timed;
    put(timed, slice_ + 1);
  }
  return nullptr;
}

std::optional<MonotonicTime> DeadlineWheel::look_again() const {
  for (std::int64_t slice = slice_; slice < slice_ + static_cast<std::int64_t>(kSlots); ++slice)
    if (!is_empty(static_cast<std::size_t>(slice) % kSlots)) return end_of(slice);
  return std::nullopt;
}

}  // namespace harbinger::net
