// Threads that no signal comes to.
#pragma once

#include <csignal>

namespace harbinger {

/// While it lives, no signal comes to this thread, nor ever to threads that it starts: signals are for the program's own ones, and writing to a
/// connection that is gone is an error there and no SIGPIPE.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace harbinger
