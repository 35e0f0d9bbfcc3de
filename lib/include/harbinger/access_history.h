// What clients wanted, kept: a journal on disk that is encrypted at rest, bounded in size and age, and survives a crash.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>

namespace harbinger {

/// The journal. One thread at a time.
class AccessHistory {
 public:
  struct Settings {
    std::filesystem::path directory;        ///< made when missing, with mode 0700
    std::filesystem::path key_file;         ///< 32 bytes; made with mode 0600 when missing. Empty: `key` in the directory
    std::uint64_t max_bytes = 256 << 20;    ///< the oldest segments go first
    std::chrono::hours max_age{24 * 7};
    std::chrono::milliseconds flush_every{1000};  ///< at most this much is lost by a crash
  };
  /// What opening found.
  struct Opened {
    std::uint64_t accesses = 0, segments = 0, bytes = 0;
    std::uint64_t cut_bytes = 0;        ///< of damaged or half-written tails
    std::vector<std::string> damage;    ///< one sentence for each cut: which file, where, why
  };
  struct State {
    std::uint64_t appended = 0, written = 0, lost = 0, bytes = 0, segments = 0;
    std::string trouble;                ///< why nothing can be written at present; empty when all is well
  };

  virtual ~AccessHistory() = default;
  virtual const Opened& opened() const = 0;
  /// Keeps one access; written with its batch. Never fails: without disk it is dropped and counted, and writing is tried again later.
  virtual void append(const Access& access) = 0;
  /// Writes what waits when it is due (or `now_please`), starts new segments, drops old ones. Call a few times a second.
  virtual void tend(UnixMillis now, bool now_please = false) = 0;
  /// Hands what is kept to `use`, oldest first, from `since` on.
  virtual Result<void> read(UnixMillis since, const std::function<void(const Access&)>& use) const = 0;
  virtual State state() const = 0;
};

/// Opens or makes a journal. Cuts damaged tails (and says so in `opened`); an error when the directory or key cannot be used.
Result<std::unique_ptr<AccessHistory>> open_access_history(AccessHistory::Settings settings, UnixMillis now);

}  // namespace harbinger
