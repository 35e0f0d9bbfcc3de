// What others want done on the engine's thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

namespace harbinger::persona {

/// A bounded list of work. Any thread posts, one takes.
class Mailbox {
 public:
  using Work = std::function<void()>;

  explicit Mailbox(std::size_t most) : most_(most) {}

  /// False when it is full or closed; then nothing was kept. `needed` work may go beyond the bound (its caller waits for it, so there is little).
  bool post(Work work, bool needed = false);
  /// There is other work to look at.
  void wake();
  /// Until there is work, or `at_most` is over.
  void wait(std::chrono::milliseconds at_most);
  /// What was posted, in order.
  void take(std::vector<Work>& work);
  bool empty() const;
  /// Nothing is taken any more.
  void close();

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<Work> work_;
  bool awake_ = false, closed_ = false;
};

}  // namespace harbinger::persona
