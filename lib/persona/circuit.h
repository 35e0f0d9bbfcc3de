// A circuit breaker: who does not answer is left alone for a while, and then asked once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <harbinger/clock.h>

namespace harbinger::persona {

/// One thread. Time is an argument.
class Circuit {
 public:
  struct Settings {
    unsigned failures = 3;  ///< in a row, and it opens
    Duration pause =
        std::chrono::seconds(1);  ///< then nothing is tried for so long; twice as long after each vain attempt
    Duration longest = std::chrono::seconds(30);  ///< but not longer than this
  };
  enum class State : std::uint8_t { closed, open, half_open };

  explicit Circuit(Settings settings) : settings_(settings), pause_(settings.pause) {}

  /// Whether a call may be made now. While it is half open, one may: the first who asks has it.
  bool allows(MonotonicTime now) {
    if (state_ == State::open && now >= again_at_) state_ = State::half_open;
    if (state_ == State::half_open) return !probing_;
    return state_ == State::closed;
  }
  /// A call is made.
  void called() { probing_ = state_ == State::half_open; }

  void succeeded() {
    state_ = State::closed;
    failures_ = 0;
    probing_ = false;
    pause_ = settings_.pause;
  }
  void failed(MonotonicTime now) {
    ++failures_;
    // What fails while it is open was called before.
    if (state_ == State::open || (state_ == State::closed && failures_ < settings_.failures)) return;
    if (state_ == State::half_open) pause_ = std::min(pause_ * 2, settings_.longest);
    state_ = State::open;
    probing_ = false;
    again_at_ = now + pause_;
  }
  State state() const { return state_; }

 private:
  const Settings settings_;
  State state_ = State::closed;
  unsigned failures_ = 0;
  bool probing_ = false;
  Duration pause_;
  MonotonicTime again_at_;
};

}  // namespace harbinger::persona
