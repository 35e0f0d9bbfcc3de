// Other programs as parts of a test: started, watched, and ended with the test at the latest.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harbinger::test {

/// A program of ours ("harbinger-edge") in this build.
std::string built_program(std::string_view name);
/// Where a program is: an absolute path that can be run, or a name looked for in $PATH and the sbin folders.
std::optional<std::filesystem::path> find_program(std::string_view name);

/// A port of 127.0.0.1 that was free over UDP and over TCP a moment ago.
std::uint16_t free_port();

/// Asks `condition` every few milliseconds until it holds; false when it never did within `limit`, or three times that in a
/// sanitized build.
bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds(20));

/// How a process came to its end.
struct Ending {
  int exit_code = 0;  ///< -1 when a signal ended it
  int signal = 0;
};

/// A running program. Killed when this object goes, and when the test's own process dies.
class Process {
 public:
  struct Options {
    std::filesystem::path directory = ".";
    std::vector<std::string> environment;  ///< NAME=value, added to ours
  };

  /// Throws std::runtime_error when it cannot be started.
  explicit Process(std::vector<std::string> command) : Process(std::move(command), Options()) {}
  Process(std::vector<std::string> command, const Options& options);
  ~Process();
  Process(Process&& other) noexcept;
  Process(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void signal(int number);
  /// Stops it (SIGSTOP) and returns once all its threads stand still; the signal alone may leave them time for an answer.
  void freeze();
  /// Waits for the end; nothing when it did not come in time.
  std::optional<Ending> wait(std::chrono::milliseconds limit = std::chrono::seconds(20));
  /// SIGKILL and wait.
  void kill();
  /// What it wrote so far, to stdout and stderr.
  std::string output() const;

 private:
  void reap(int options);

  pid_t pid_ = -1;
  int output_ = -1;  // an unlinked file: a pipe would fill up
  std::optional<Ending> ending_;
};

}  // namespace harbinger::test
