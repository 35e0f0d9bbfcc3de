// A log of a control plane that is followed.
#pragma once

#include <memory>
#include <string>

#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include "orchestrate/activity_door.h"
#include "persona/log_tail.h"

namespace harbinger::orchestrate {

/// Follows on a thread of its own while it lives, through rotation and restarts (persona/log_tail.h), and keeps the door's clock going. At its end it lets in what
/// is there and remembers its place.
class ActivityFollower {
 public:
  struct Settings {
    /// Lines may be long: a record of CloudTrail takes up to 256 KB, and a file of records is one line.
    static constexpr std::size_t kMostLine = 16 << 20;

    /// Little is read at once: between looks it waits until the door has room.
    static constexpr std::size_t kMostPerPoll = 64 << 10;

    persona::LogTail::Settings tail{.file = {}, .most_line = kMostLine, .most_per_poll = kMostPerPoll};
    std::string format{};  ///< see make_activity_format
    std::string mapping{};
    Duration every = std::chrono::milliseconds(250);  ///< how often it looks
    Duration remember_every = std::chrono::seconds(5);
  };
  /// Must outlive it. The metric is harbinger_activity_lines_total{file,result}.
  struct World {
    ActivityDoor* door = nullptr;
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
  };

  virtual ~ActivityFollower() = default;
  /// Errors: those of make_activity_format. A file that is not there yet is none.
  static Result<std::unique_ptr<ActivityFollower>> follow(Settings settings, World world);
};

}  // namespace harbinger::orchestrate
