// When one server is told of one zone: soon after a change, but not too often, and again until it answers (RFC 1996 sec. 3.5 to 3.7).
#pragma once

#include <optional>

#include <harbinger/clock.h>

namespace harbinger::file {

/// Told what happened, knows what is to be done. One thread at a time.
class NotifyPlan {
 public:
  static constexpr int kMostTries = 5;
  static constexpr Duration kShortestPause = std::chrono::milliseconds(300);  ///< between two changes that are told

  /// The zone is another one now.
  void changed(MonotonicTime now);
  /// Is it time to send?
  bool due(MonotonicTime now) const { return waiting_ && tries_ < kMostTries && now >= at_; }
  void sent(MonotonicTime now);
  /// The server has answered what was sent last.
  void answered();
  /// True once, when the last try has waited in vain.
  bool given_up(MonotonicTime now);
  /// When to look again; nothing while there is nothing to do.
  std::optional<MonotonicTime> next() const { return waiting_ ? std::optional(at_) : std::nullopt; }

 private:
  bool waiting_ = false;  // to send, or for an answer
  int tries_ = 0;         // since the last change
  MonotonicTime at_;
  std::optional<MonotonicTime> last_sent_;
};

}  // namespace harbinger::file
