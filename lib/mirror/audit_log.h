// A log whose lines are on the disk before what they tell of holds.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include <harbinger/result.h>

namespace harbinger::mirror {

/// Lines are appended; whoever moves the file away, as log rotation does, gets the next line in a new one. Thread-safe.
class AuditLog {
 public:
  /// Makes the file where there is none, mode 0600, and ends a line that a crash has cut off.
  static Result<std::unique_ptr<AuditLog>> open(const std::filesystem::path& file);
  virtual ~AuditLog() = default;

  /// Returns when the line, which has no line break, is on the disk. On an error (`too_large` when the disk is full) nothing of it is in the file.
  virtual Result<void> write(std::string_view line) = 0;
  /// Takes the last line back, when what it told of has not come to be.
  virtual void take_back() = 0;
};

}  // namespace harbinger::mirror
