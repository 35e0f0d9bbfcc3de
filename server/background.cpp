#include "server/background.h"

#include <pthread.h>
#include <utility>

namespace harbinger::server {

Background::Background() : thread_([this] { work_off(); }) {}

void Background::run(std::function<void()> work) {
  {
    const std::lock_guard guard(mutex_);
    if (stopped_) return;
    waiting_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void Background::stop() {
  std::deque<std::function<void()>> dropped;  // what they captured ends outside of the lock
  {
    const std::lock_guard guard(mutex_);
    stopped_ = true;
    dropped.swap(waiting_);
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Background::work_off() {
  ::pthread_setname_np(::pthread_self(), "background");
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    if (stopped_) return;
    const auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace harbinger::server
