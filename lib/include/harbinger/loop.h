// What a worker's event loop offers: timers and a way in from other threads. The real one is Asio's, the test's is a fake.
#pragma once

#include <functional>

#include <harbinger/clock.h>
#include <harbinger/task.h>

namespace harbinger {

/// One per worker. Everything that is started on a loop goes on there.
class Loop {
 public:
  virtual ~Loop() = default;

  /// Runs `work` on this loop soon. Any thread.
  virtual void post(std::function<void()> work) = 0;

  /// Runs `work` on this loop after `delay`; only from this loop's own thread. The handle cancels.
  using TimerId = std::uint64_t;
  virtual TimerId after(Duration delay, std::function<void()> work) = 0;
  /// True when the work had not begun and now never will.
  virtual bool cancel(TimerId timer) = 0;

  virtual const Clock& clock() const = 0;

  /// The loop of the calling thread; null outside of any.
  static Loop* current();

  /// Suspends the calling task for so long, on this loop.
  Task<void> sleep(Duration delay);

 protected:
  /// For implementations: makes `loop` the calling thread's.
  static void set_current(Loop* loop);
};

}  // namespace harbinger
