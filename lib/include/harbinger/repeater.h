// Slow work that comes again and again: a thread that looks at a file every few seconds, or writes out what has gathered.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include <harbinger/clock.h>

namespace harbinger {

/// Calls `work` on a thread of its own while it lives, first after one pause. `work` must let no exception out and must not end its own
/// repeater.
class Repeater {
 public:
  /// `pause` is asked before each wait; a negative pause waits for `wake`.
  Repeater(std::function<Duration()> pause, std::function<void()> work);
  Repeater(Duration pause, std::function<void()> work);
  /// Waits for work in progress.
  ~Repeater();
  Repeater(const Repeater&) = delete;
  Repeater& operator=(const Repeater&) = delete;

  /// Work soon, without waiting out the pause. Any thread.
  void wake();

 private:
  void run();
  bool wait();

  const std::function<Duration()> pause_;
  const std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false, stopped_ = false;
  std::thread thread_;
};

}  // namespace harbinger
