// Counts calls of a client that gRPC has not finished yet.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace harbinger::persona {

/// A client waits for them at its end. A call drops all it holds of its client before it is counted out: a channel that ends on a thread of
/// gRPC's would wait for that thread.
class OpenCalls {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++open_;
  }
  void remove() {
    const std::lock_guard lock(mutex_);
    if (--open_ == 0) none_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t open_ = 0;
};

}  // namespace harbinger::persona
