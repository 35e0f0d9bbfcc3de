// What somebody wants of the server: put down from anywhere, even from a signal handler, and taken up by the control thread.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "server/file_descriptor.h"

namespace harbinger::server {

class Wishes {
 public:
  enum Wish : unsigned { kReload = 1, kStop = 2, kStopNow = 4, kTidyUp = 8 };

  Wishes();
  /// Any thread; safe in signal handlers. The same wish put down twice is one wish.
  void add(unsigned wishes) noexcept;
  /// All wishes since the last call; waits for one at most so long, for ever without a limit. 0: none came.
  unsigned take(std::optional<std::chrono::milliseconds> limit);

 private:
  const FileDescriptor wake_;
  std::atomic<unsigned> wishes_{0};
};

/// While it lives: SIGHUP and SIGUSR1 wish for a reload, SIGTERM and SIGINT for a stop, a second one of these or SIGQUIT for a stop at once;
/// a third has its usual effect. SIGPIPE is ignored. At most one at a time in a process.
class SignalHandlers {
 public:
  explicit SignalHandlers(Wishes& wishes);
  ~SignalHandlers();
  SignalHandlers(const SignalHandlers&) = delete;
  SignalHandlers& operator=(const SignalHandlers&) = delete;
};

}  // namespace harbinger::server
