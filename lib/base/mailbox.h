// What other threads want done on the thread that owns something.
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace harbinger {

/// Letters are run by the owner, with what he owns, in the order they came. May outlive the owner where others still hold it. Any thread.
template <class Owned>
class Mailbox {
 public:
  using Letter = std::function<void(Owned&)>;

  /// How the owner is told that there is something; empty: he is told no more. Once this returns, the wake before is not called any more.
  void wake_by(std::function<void()> wake) {
    const std::lock_guard guard(lock_);
    wake_ = std::move(wake);
  }
  void post(Letter letter) {
    const std::lock_guard guard(lock_);
    letters_.push_back(std::move(letter));
    if (wake_) wake_();
  }
  bool empty() const {
    const std::lock_guard guard(lock_);
    return letters_.empty();
  }
  /// The owner's: runs what has come.
  void deliver(Owned& owned) {
    for (const auto& letter : take()) letter(owned);
  }

 private:
  std::vector<Letter> take() {
    const std::lock_guard guard(lock_);
    return std::exchange(letters_, {});
  }

  mutable std::mutex lock_;
  std::vector<Letter> letters_;
  std::function<void()> wake_;
};

}  // namespace harbinger
