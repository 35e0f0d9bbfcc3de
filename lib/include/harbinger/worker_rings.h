// Events from all workers to one thread: a ring for each worker, so that handing one on is a few stores.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>

#include <harbinger/ring.h>
#include <harbinger/worker.h>

namespace harbinger {

/// Many producers, one consumer. A worker's ring takes its memory with the worker's first event; from then on, pushing neither
/// allocates nor locks. Threads that are no workers share a ring behind a lock.
template <class T>
class WorkerRings {
 public:
  /// `capacity`: for each worker.
  explicit WorkerRings(std::size_t capacity) : capacity_(capacity) {}
  ~WorkerRings() {
    for (auto& ring : rings_) delete ring.load();
  }
  WorkerRings(const WorkerRings&) = delete;
  WorkerRings& operator=(const WorkerRings&) = delete;

  /// Lets `fill(T&)` write the next event, which may hold an old one. False when the ring is full and the event is lost.
  template <class Fill>
  bool push_with(Fill&& fill) {
    const auto worker = worker_index();
    if (worker != 0) return ring_of(worker).push_with(fill);
    const std::lock_guard lock(shared_);
    return ring_of(0).push_with(fill);
  }

  /// The consumer's: hands every waiting event to `use`.
  template <class Use>
  std::size_t drain(Use&& use) {
    std::size_t count = 0;
    for (auto& each : rings_)
      if (auto* ring = each.load(std::memory_order_acquire)) count += ring->drain(use);
    return count;
  }

  /// Events lost so far. Any thread.
  std::uint64_t dropped() const {
    std::uint64_t sum = 0;
    for (const auto& each : rings_)
      if (const auto* ring = each.load(std::memory_order_acquire)) sum += ring->dropped();
    return sum;
  }

 private:
  Ring<T>& ring_of(std::size_t worker) {
    auto* ring = rings_[worker].load(std::memory_order_relaxed);
    return ring ? *ring : make(worker);
  }
  Ring<T>& make(std::size_t worker) {
    auto* ring = new Ring<T>(capacity_);
    rings_[worker].store(ring, std::memory_order_release);
    return *ring;
  }

  const std::size_t capacity_;
  std::mutex shared_;
  std::array<std::atomic<Ring<T>*>, kMaxWorkers + 1> rings_{};
};

}  // namespace harbinger
