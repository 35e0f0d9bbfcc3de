#include <harbinger/repeater.h>

#include "base/signals.h"

namespace harbinger {

namespace {

std::thread quiet_thread(std::function<void()> run) {
  const AllSignalsBlocked blocked;
  return std::thread(std::move(run));
}

}  // namespace

Repeater::Repeater(std::function<Duration()> pause, std::function<void()> work)
    : pause_(std::move(pause)), work_(std::move(work)), thread_(quiet_thread([this] { run(); })) {}

Repeater::Repeater(Duration pause, std::function<void()> work) : Repeater([pause] { return pause; }, std::move(work)) {}

Repeater::~Repeater() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Repeater::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

void Repeater::run() {
  while (wait()) work_();
}

// False when it is over.
bool Repeater::wait() {
  const auto pause = pause_();
  const auto called = [this] { return woken_ || stopped_; };
  std::unique_lock lock(mutex_);
  if (pause < Duration::zero())
    changed_.wait(lock, called);
  else
    changed_.wait_for(lock, pause, called);
  woken_ = false;
  return !stopped_;
}

}  // namespace harbinger
