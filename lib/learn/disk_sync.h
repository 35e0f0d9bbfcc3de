// Waits for the disk so that others need not.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <harbinger/result.h>

#include "learn/file.h"

namespace harbinger::learn {

/// Syncs files on a thread of its own. Thread-safe.
class DiskSync {
 public:
  DiskSync();
  ~DiskSync();  ///< when all is synced
  DiskSync(const DiskSync&) = delete;

  /// Has what was written to `file` so far brought to the disk, later.
  void request(File file);
  bool busy() const;
  /// Until everything requested is done.
  void wait();
  /// What went wrong since last asked.
  std::optional<Error> take_error();

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<File> waiting_;
  bool working_ = false, stopping_ = false;
  std::optional<Error> error_;
  std::thread thread_;
};

}  // namespace harbinger::learn
