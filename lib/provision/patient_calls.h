// Calls of a library that cannot be given up, made so that nobody waits for them longer than he wants to.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <harbinger/clock.h>
#include <harbinger/result.h>

namespace harbinger::provision {

/// Any thread. Each call has a thread of its own, which goes on by itself when nobody waits any more: so calls must own what they use.
class PatientCalls {
 public:
  /// `name` is who does not answer, in errors.
  PatientCalls(std::string name, const Clock& clock, unsigned most = 64)
      : name_(std::move(name)), clock_(clock), most_(most) {}

  /// What `call` returns; `timeout` when it does not by the deadline, or when as many calls as there may be hang already.
  template <class T>
  Result<T> run(MonotonicTime deadline, std::function<Result<T>()> call) {
    const Duration patience = deadline - clock_.now();
    if (patience <= Duration::zero()) return fail(ErrorCode::timeout, name_ + ": no time left to ask");
    if (hanging_->fetch_add(1) >= most_) {
      hanging_->fetch_sub(1);
      return fail(ErrorCode::timeout, name_ + " does not answer: as many calls as there may be wait for it");
    }
    const auto shared = std::make_shared<Shared<T>>();
    std::thread([shared, call = std::move(call), hanging = hanging_] {
      auto result = call();
      hanging->fetch_sub(1);
      const std::lock_guard lock(shared->mutex);
      shared->result.emplace(std::move(result));
      shared->done.notify_all();
    }).detach();
    std::unique_lock lock(shared->mutex);
    if (shared->done.wait_for(lock, patience, [&] { return shared->result.has_value(); }))
      return std::move(*shared->result);
    return fail(ErrorCode::timeout, name_ + " has not answered in time");
  }

 private:
  template <class T>
  struct Shared {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Result<T>> result;
  };
  const std::string name_;
  const Clock& clock_;
  const unsigned most_;
  const std::shared_ptr<std::atomic<unsigned>> hanging_ = std::make_shared<std::atomic<unsigned>>(0);
};

}  // namespace harbinger::provision
