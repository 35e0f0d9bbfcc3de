// A service's engine, which may begin later than the service: when an older service of the folder lets go of what it has.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <harbinger/result.h>

namespace harbinger {

/// Any thread.
template <class Engine>
class LateEngine {
 public:
  /// Null until it has begun.
  std::shared_ptr<Engine> get() const {
    const std::lock_guard guard(lock_);
    return engine_;
  }
  /// The same for workers, without a lock; not to be kept.
  Engine* running() const noexcept { return running_.load(std::memory_order_acquire); }
  /// Why it has not begun, or what did not go on after that; empty when all is well.
  std::string trouble() const {
    const std::lock_guard guard(lock_);
    return trouble_;
  }

  /// `begin`s unless it has begun, and then does what is `next`. That somebody else still has something (`conflict`) is trouble, but no error. One at a time.
  template <class Begin, class Next>
  Result<void> attempt(Begin begin, Next next) {
    const std::lock_guard once(beginning_);
    auto done = get() ? Result<void>() : begin();
    if (done) done = next();
    const std::lock_guard guard(lock_);
    trouble_ = done ? "" : done.error().message;
    if (!done && done.error().code == ErrorCode::conflict) return {};
    return done;
  }
  /// It has begun.
  void set(std::shared_ptr<Engine> engine) {
    const std::lock_guard guard(lock_);
    engine_ = std::move(engine);
    running_ = engine_.get();
  }
  /// Lets go of it, once nobody else asks: the service ends.
  void reset() {
    running_ = nullptr;
    engine_.reset();
  }

 private:
  std::mutex beginning_;
  mutable std::mutex lock_;  // of the pointer and the trouble
  std::shared_ptr<Engine> engine_;
  std::string trouble_;
  std::atomic<Engine*> running_ = nullptr;
};

}  // namespace harbinger
