// What clients wanted, kept: a journal on disk that is encrypted at rest, bounded in size and age, and survives a crash.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>

namespace harbinger {

/// The journal: files of sealed frames in a directory of its own. One thread at a time; that thread never waits for the disk to sync,
/// which another one does.
class AccessHistory {
 public:
  struct Settings {
    std::filesystem::path directory{};  ///< made when missing, with mode 0700
    std::filesystem::path key_file{};   ///< a secret (secret_file.h), made when missing. Empty: `key` in the directory
    std::uint64_t max_bytes = 256 << 20;          ///< on disk, at least 64 KiB; the oldest segments go first
    std::chrono::hours max_age{24 * 7};           ///< kept for this long and at most a sixteenth longer
    std::chrono::milliseconds flush_every{1000};  ///< at most this much is lost by a crash
  };
  /// What opening found.
  struct Opened {
    std::uint64_t accesses = 0, segments = 0, bytes = 0;
    std::uint64_t cut_bytes = 0;      ///< of damaged or half-written tails
    std::vector<std::string> damage;  ///< one sentence for each: which file, at which octet, why
  };
  struct State {
    std::uint64_t appended = 0;  ///< since opening; of these
    std::uint64_t written = 0;   ///< went to a file, and
    std::uint64_t lost = 0;      ///< went nowhere; the rest waits
    std::uint64_t bytes = 0, segments = 0;
    std::string trouble;  ///< why nothing can be written at present; empty when all is well
  };

  virtual ~AccessHistory() = default;  ///< writes what waits
  virtual const Opened& opened() const = 0;
  /// Keeps one access; written with its batch. Never fails: without disk it is dropped and counted, and writing is tried again later.
  /// Dropped too is one whose resource is longer than 65,535 octets.
  virtual void append(const Access& access) = 0;
  /// Writes what waits when it is due, starts new segments, drops old ones. Call a few times a second. With `now_please` it is on the
  /// disk when this returns. A clock that jumps ahead by more than an hour, or has just been met, makes nothing too old to be kept for the
  /// next ten minutes.
  virtual void tend(UnixMillis now, bool now_please = false) = 0;
  /// Hands what is kept, not older than `since` and not too old to be kept, to `use`, in the order in which it came. What cannot be read
  /// is left out; the error says what that was.
  virtual Result<void> read(UnixMillis since, const std::function<void(const Access&)>& use) const = 0;
  virtual State state() const = 0;
};

/// Opens or makes a journal. Cuts damaged tails (and says so in `opened`). Errors, after which nothing was changed: a directory or key file
/// that cannot be used (`denied`), a directory that another process has open (`conflict`), a journal that was sealed with another
/// key or whose key file is missing (`denied`), or that a later version made (`unsupported`).
Result<std::unique_ptr<AccessHistory>> open_access_history(AccessHistory::Settings settings, UnixMillis now);

}  // namespace harbinger
