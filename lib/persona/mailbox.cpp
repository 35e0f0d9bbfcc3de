#include "persona/mailbox.h"

namespace harbinger::persona {

bool Mailbox::post(Work work, bool needed) {
  const std::lock_guard guard(mutex_);
  if (closed_ || (!needed && work_.size() >= most_)) return false;
  work_.push_back(std::move(work));
  changed_.notify_one();
  return true;
}

void Mailbox::wake() {
  const std::lock_guard guard(mutex_);
  if (awake_) return;
  awake_ = true;
  changed_.notify_one();
}

void Mailbox::wait(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, at_most, [this] { return awake_ || !work_.empty(); });
  awake_ = false;
}

void Mailbox::take(std::vector<Work>& work) {
  work.clear();
  const std::lock_guard guard(mutex_);
  work.swap(work_);
}

bool Mailbox::empty() const {
  const std::lock_guard guard(mutex_);
  return work_.empty();
}

void Mailbox::close() {
  const std::lock_guard guard(mutex_);
  closed_ = true;
}

}  // namespace harbinger::persona
