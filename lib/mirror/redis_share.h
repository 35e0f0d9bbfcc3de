// Servers that decide together, through a Redis.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/result.h>

#include "mirror/boot_clock.h"
#include "mirror/share.h"

namespace harbinger::mirror {

struct RedisShareSettings {
  std::string url{};  ///< as parse_redis_url takes it; with Sentinels, fail-over is followed
  std::string prefix = "harbinger:";
  std::string name{};  ///< of this server, another one for each; [A-Za-z0-9_.-], 1 to 64 characters
  /// How long a server that says nothing counts as there. Decisions about what it owned pause for up to twice as long when it dies; when a server comes, or
  /// the way to Redis is lost and found, those of its share pause for once as long.
  std::chrono::milliseconds lease{6000};
  std::chrono::milliseconds patience{500};  ///< for one answer of Redis; less than half the lease
  std::chrono::milliseconds forecasts_kept{180'000};
};

struct RedisShareWorld {
  const Clock& clock = boot_clock();  ///< one that goes on while the process is stopped
  Logger log{};
};

/// `malformed` for settings that cannot be used; a Redis that is away is no error. When the share goes, its server leaves at once and others take over;
/// every write that was not done yet hears unreachable before that.
Result<std::unique_ptr<MirrorShare>> make_redis_share(const RedisShareSettings& settings, const RedisShareWorld& world);

}  // namespace harbinger::mirror
