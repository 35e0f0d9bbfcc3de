// Which worker am I? A small number that per-worker data is indexed by.
#pragma once

#include <cstddef>

namespace harbinger {

/// Most workers a process can have. Slot 0 belongs to every thread that is not a worker.
inline constexpr std::size_t kMaxWorkers = 256;

namespace detail {
extern thread_local constinit std::size_t worker_index;
}

/// 1 .. kMaxWorkers on a worker's thread, 0 on every other thread.
inline std::size_t worker_index() { return detail::worker_index; }

/// Makes the calling thread worker `index` (1 .. kMaxWorkers) until destroyed.
class WorkerIdentity {
 public:
  explicit WorkerIdentity(std::size_t index) { detail::worker_index = index; }
  ~WorkerIdentity() { detail::worker_index = 0; }
  WorkerIdentity(const WorkerIdentity&) = delete;
  WorkerIdentity& operator=(const WorkerIdentity&) = delete;
};

}  // namespace harbinger
