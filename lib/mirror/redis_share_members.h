// Says again and again that this server is here, and hears who else is.
#pragma once

#include <functional>

#include "mirror/redis_share_parts.h"

namespace harbinger::mirror {

/// Used by one thread.
class RedisShareMembers {
 public:
  RedisShareMembers(ShareParts& parts, persona::RedisLink& link) : parts_(parts), link_(link) {}

  /// Announces when it is time to.
  void advance(MonotonicTime now);
  MonotonicTime due() const { return under_way_ ? persona::kNever : next_; }
  /// At the next `advance`: somebody came or went.
  void soon() { next_ = MonotonicTime{}; }
  void lost();
  /// Owns nothing from now on, and tells the others. `told` is called once they can know, or cannot be told.
  void leave(std::function<void()> told, MonotonicTime now);

 private:
  void heard(const redisReply* reply, MonotonicTime sent);
  void refused(std::string_view error);

  ShareParts& parts_;
  persona::RedisLink& link_;
  bool under_way_ = false, left_ = false;
  MonotonicTime next_{};
};

}  // namespace harbinger::mirror
