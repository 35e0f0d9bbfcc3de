// Follows a file that another program writes lines to, through rotation and restarts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>

namespace harbinger::persona {

/// Reads what is new at every `poll`, and waits for nothing. What it promises:
/// - Rotation by renaming: the old file is read to its end, and until it has not grown for `linger`, then the new one from its beginning. The order of
///   lines stays. Of two rotations within one linger, the file between is missed.
/// - Truncation (copytruncate): read from the beginning again; also when the file has grown beyond the old place meanwhile, as long as its first
///   octets differ. What was written between the last poll and the truncation is lost.
/// - A line counts once its end is there. A last line without an end in a file that was rotated away is cut: counted and left out.
/// - Lines over `most_line` are counted and left out; no line takes more memory.
/// - The first time it begins at the end, at the next whole line, and hands over the lines that begin with `#` at the file's beginning (headers).
/// - With a file for its place it goes on where it remembered; what was read after that is read again after a crash. A file that was renamed in its folder
///   meanwhile is found by its inode and read to the end first.
/// One thread.
class LogTail {
 public:
  struct Settings {
    std::filesystem::path file;
    std::optional<std::filesystem::path> place = {};  ///< where to remember; nothing: not at all
    bool from_start = false;                          ///< the first time, begin at the file's beginning
    std::size_t most_line = 16 << 10;
    std::size_t most_per_poll = 8 << 20;  ///< octets
    Duration linger = std::chrono::seconds(5);
  };
  struct Use {
    std::function<void()> begin_file;
    std::function<void(std::string_view)> line;  ///< without its end (LF or CRLF); never empty
  };
  struct Counts {
    std::uint64_t octets = 0, lines = 0, too_long = 0, cut = 0, rotations = 0, truncations = 0;
  };

  LogTail(Settings settings, const Clock& clock, Use use);
  ~LogTail();
  LogTail(const LogTail&) = delete;
  LogTail& operator=(const LogTail&) = delete;

  /// Reads what is there; true when there may be more at once. A file that is not there (yet) is no error. Errors: denied (cannot be read, no plain
  /// file); it tries again at the next poll.
  Result<bool> poll();
  /// Writes down the place, whole or not at all. Errors: denied.
  Result<void> remember() const;
  const Counts& counts() const { return counts_; }

 private:
  // What tells a file from another of the same name, or from itself after a truncation: its first octets.
  struct Head {
    std::uint32_t size = 0;
    std::uint64_t hash = 0;
  };
  struct Place {
    std::uint64_t device = 0, inode = 0;
    std::int64_t offset = 0;  // of the first line that was not handed over
    Head head;
  };

  Result<void> find();
  Result<bool> open(const std::filesystem::path& file);
  void begin_at(std::int64_t offset);
  bool resume(const Place& place);
  void begin_at_end();
  void hand_headers();
  void check_truncation();
  bool read();
  void take(std::string_view octets);
  void take_line(std::string_view line);
  void leave();
  bool renamed_away();
  Head read_head(std::int64_t most) const;
  void learn_head();
  std::optional<Place> read_place() const;
  std::int64_t size() const;

  const Settings settings_;
  const Clock& clock_;
  const Use use_;
  int file_ = -1;
  Place at_;                                  // `offset`: what is read next
  std::string partial_;                       // of a line without an end
  bool skipping_ = false;                     // within a line that is left out
  bool found_once_ = false;                   // files that come later begin at their beginning
  std::optional<MonotonicTime> quiet_since_;  // of a file that was renamed away
  std::vector<char> buffer_;
  Counts counts_;
};

}  // namespace harbinger::persona
