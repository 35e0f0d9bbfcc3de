// Reads what others published and forecast: when Redis says that there is news, all of it when it was away, and publications now and then.
#pragma once

#include <string>
#include <string_view>

#include "mirror/redis_share_parts.h"

namespace harbinger::mirror {

/// Used by one thread.
class RedisShareReader {
 public:
  RedisShareReader(ShareParts& parts, persona::RedisLink& link) : parts_(parts), link_(link) {}

  /// Everything is to be read anew, as soon as there is a view that began now or later.
  void begin(MonotonicTime now) { began_ = now; }
  void advance(MonotonicTime now);
  MonotonicTime due() const;
  /// What was said on a channel.
  void pushed(std::string_view channel, std::string_view text);

 private:
  void read_publications();
  void read_forecasts();
  void read_forecast(const std::string& name);
  void take_forecast(const std::string& name, std::string_view stored);

  ShareParts& parts_;
  persona::RedisLink& link_;
  std::optional<MonotonicTime> began_{};
  MonotonicTime next_ = persona::kNever;
};

}  // namespace harbinger::mirror
