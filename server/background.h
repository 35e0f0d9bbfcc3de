// The thread for slow work: reading zone files and the like, so that neither workers nor control wait for it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace harbinger::server {

class Background {
 public:
  Background();
  ~Background() { stop(); }

  /// Runs `work` soon, in the order of the calls; drops it after stop(). Any thread.
  void run(std::function<void()> work);
  /// Waits for the work that has begun and drops the rest.
  void stop();

 private:
  void work_off();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace harbinger::server
