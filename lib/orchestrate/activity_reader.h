// From the lines of a log to the door.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "orchestrate/activity_door.h"
#include "orchestrate/activity_format.h"

namespace harbinger::orchestrate {

/// Reads lines of one format and lets what they tell in at the door. One thread.
class ActivityReader {
 public:
  /// What became of a line. A line may hold many records.
  struct Told {
    std::uint64_t taken = 0, refused = 0;
    std::array<std::uint64_t, static_cast<std::size_t>(ActivityFault::limit)> faults{};  ///< of these
    ActivityFault fault = ActivityFault::none;                                           ///< the first
    std::string why{};  ///< of a record that could not be read, in words
  };

  /// `sensor`: see ActivityDoor::let_in.
  ActivityReader(std::unique_ptr<ActivityFormat> format, ActivityDoor& door, std::string sensor = {});

  void begin_file() { format_->begin_file(); }
  /// Valid until the next line. Taken and refused none: the line tells of no act.
  const Told& line(std::string_view text);

 private:
  void refuse(ActivityFault fault, std::string why);

  const std::unique_ptr<ActivityFormat> format_;
  ActivityDoor& door_;
  const std::string sensor_;
  const ActivityFormat::Use use_;
  Told told_;
};

}  // namespace harbinger::orchestrate
