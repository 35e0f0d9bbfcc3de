#include "learn/disk_sync.h"

#include "base/signals.h"

namespace harbinger::learn {

namespace {

std::thread start_without_signals(auto body) {
  const AllSignalsBlocked blocked;
  return std::thread(body);
}

}  // namespace

DiskSync::DiskSync() : thread_(start_without_signals([this] { run(); })) {}

DiskSync::~DiskSync() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void DiskSync::request(File file) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(file));
  }
  changed_.notify_all();
}

bool DiskSync::busy() const {
  const std::lock_guard lock(mutex_);
  return working_ || !waiting_.empty();
}

void DiskSync::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !working_ && waiting_.empty(); });
}

std::optional<Error> DiskSync::take_error() {
  const std::lock_guard lock(mutex_);
  return std::exchange(error_, std::nullopt);
}

void DiskSync::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const auto files = std::exchange(waiting_, {});
    working_ = true;
    lock.unlock();
    int reason = 0;
    for (const File& file : files)
      if (fdatasync(file.number()) != 0) reason = errno;
    lock.lock();
    // EINVAL: a file system that has nothing to sync to.
    if (reason != 0 && reason != EINVAL)
      error_ = Error{ErrorCode::denied, std::string("cannot sync: ") + std::strerror(reason)};
    working_ = false;
    changed_.notify_all();
  }
}

}  // namespace harbinger::learn
