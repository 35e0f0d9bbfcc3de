// Many deadlines behind one timer: a wheel of slots, each a list of what is due in that slice of time.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include <harbinger/clock.h>

namespace harbinger::net {

/// Something with a deadline. Leaves its wheel when it dies.
class Timed {
 public:
  Timed() = default;
  ~Timed() { unlink(); }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

  MonotonicTime deadline() const { return deadline_; }
  bool is_linked() const { return next_ != nullptr; }
  void unlink() {
    if (!next_) return;
    next_->before_ = before_;
    before_->next_ = next_;
    next_ = before_ = nullptr;
  }

 private:
  friend class DeadlineWheel;
  Timed* next_ = nullptr;
  Timed* before_ = nullptr;
  MonotonicTime deadline_;
};

/// Adding and leaving cost a few stores. Things are found due up to one slice late, never early.
class DeadlineWheel {
 public:
  static constexpr Duration kSlice = std::chrono::milliseconds(8);
  static constexpr std::size_t kSlots = 512;

  explicit DeadlineWheel(MonotonicTime now);

  void add(Timed& timed, MonotonicTime deadline, MonotonicTime now);

  /// Hands out everything due at `now`, already unlinked. `use` may add and unlink others.
  template <class Use>
  void expire(MonotonicTime now, Use&& use) {
    skip_idle_time(now);
    while (Timed* timed = next_due(now)) use(*timed);
  }

  /// When to look again; nullopt when nothing waits.
  std::optional<MonotonicTime> look_again() const;

 private:
  // One less than fits: what is put again from a slot must not land in the same one.
  static constexpr std::int64_t kHorizon = kSlots - 2;

  void skip_idle_time(MonotonicTime now);
  Timed* next_due(MonotonicTime now);
  void put(Timed& timed, std::int64_t first_slice);
  bool is_empty(std::size_t slot) const { return heads_[slot].next_ == &heads_[slot]; }
  MonotonicTime end_of(std::int64_t slice) const { return MonotonicTime{} + (slice + 1) * kSlice; }

  std::int64_t slice_;  // the oldest one that may still hold something
  std::array<Timed, kSlots> heads_;
};

}  // namespace harbinger::net
