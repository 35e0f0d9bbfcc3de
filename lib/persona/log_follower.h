// A log that is followed: tail and adapter on a thread of their own.
#pragma once

#include <memory>
#include <string>

#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include "persona/log_adapters.h"
#include "persona/log_tail.h"

namespace harbinger::persona {

/// Follows while it lives. At its end it hands over what it has and remembers its place.
class LogFollower {
 public:
  struct Settings {
    LogTail::Settings tail;
    std::string format = "combined";  ///< see make_log_format
    std::string mapping = {};
    LogAdapter::Settings adapter = {};
    Duration every = std::chrono::milliseconds(250);  ///< how often it looks
    Duration remember_every = std::chrono::seconds(5);
  };
  /// Must outlive it.
  struct World {
    const ClientKeys* keys = nullptr;
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    EventSink sink = {};
    Logger log = {};
  };

  virtual ~LogFollower() = default;
  /// Errors: those of make_log_format. A file that is not there yet is none.
  static Result<std::unique_ptr<LogFollower>> follow(Settings settings, World world);
};

}  // namespace harbinger::persona
