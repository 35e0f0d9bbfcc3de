#include "persona/rpc/keeper.h"

#include <algorithm>

namespace harbinger::persona {

Keeper::Keeper() : thread_([this] { run(); }) {}

void Keeper::at(Time time, Call call) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && calls_.size() < kMost) {
      const auto added = calls_.emplace(time, std::move(call));
      if (added == calls_.begin()) changed_.notify_one();
      return;
    }
  }
  call();
}

void Keeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

void Keeper::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto first = calls_.begin();
    if (first != calls_.end() && first->first <= std::chrono::steady_clock::now()) {
      const auto call = std::move(first->second);
      calls_.erase(first);
      lock.unlock();
      call();
      lock.lock();
      continue;
    }
    if (stopping_) return;
    if (first == calls_.end())
      changed_.wait(lock);
    else
      changed_.wait_until(lock, Time(first->first));
  }
}

std::chrono::microseconds Pauses::next(Random& random) {
  const std::chrono::microseconds whole = next_;
  next_ = std::min(next_ * 2, longest_);
  const auto half = static_cast<std::uint64_t>(whole.count() / 2) + 1;
  return whole - std::chrono::microseconds(random.below(half));
}

}  // namespace harbinger::persona
