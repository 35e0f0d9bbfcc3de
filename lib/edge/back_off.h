// When to ask again who did not answer.
#pragma once

#include <harbinger/clock.h>
#include <harbinger/random.h>

namespace harbinger::edge {

/// After the first trouble a pause of a quarter of a second, doubled with each further trouble up to a minute, and shortened by up to a half by chance, so that many do
/// not come back at the same moment. After the pause one tries alone; when that went well all may.
class BackOff {
 public:
  bool blocked(MonotonicTime now) const { return failures_ > 0 && (trying_ || now < until_); }
  MonotonicTime until() const { return until_; }
  bool in_pause(MonotonicTime now) const { return failures_ > 0 && now < until_; }
  /// Somebody who was not blocked sets out. He comes back with one of the following.
  void begun() { trying_ = failures_ > 0; }
  void went_well() { failures_ = 0, trying_ = false; }
  /// `at_least`: a pause that was asked for, up to a minute. Those that had set out before the last trouble tell nothing new.
  void failed(MonotonicTime set_out, MonotonicTime now, Random& random, Duration at_least = {});
  /// It says nothing.
  void gave_up() { trying_ = false; }

 private:
  int failures_ = 0;
  bool trying_ = false;
  MonotonicTime last_{}, until_{};
};

}  // namespace harbinger::edge
