// When those who make things are asked whether they can work, and what they have.
#pragma once

#include <algorithm>

#include <harbinger/clock.h>

namespace harbinger::provision {

/// Of one provider or target: one question at a time; after trouble soon again, in pauses that double. One thread.
class AskRhythm {
 public:
  static constexpr Duration kListFor = std::chrono::seconds(10);  ///< that an answer to the longer question may take

  bool due(MonotonicTime now) const { return !asking_ && now >= again_; }
  /// The question is put; whether it is also what there is.
  bool ask(MonotonicTime now) {
    asking_ = true;
    return now >= list_again_;
  }
  void answered(bool well, bool listed, MonotonicTime now) {
    asking_ = false;
    pause_ = well ? Duration(0) : std::clamp<Duration>(2 * pause_, kFirstPause, kEvery);
    again_ = now + (well ? kEvery : pause_);
    if (listed) list_again_ = now + kListEvery;
  }

 private:
  static constexpr Duration kEvery = std::chrono::seconds(15), kListEvery = std::chrono::seconds(60);
  static constexpr Duration kFirstPause = std::chrono::milliseconds(500);

  bool asking_ = false;
  MonotonicTime again_{}, list_again_{};
  Duration pause_{};
};

}  // namespace harbinger::provision
