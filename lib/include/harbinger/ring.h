// A bounded queue from one thread to one other, which drops and counts when full instead of waiting.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <utility>

namespace harbinger {

/// Single producer, single consumer. `T` is default-constructible and cheap to assign. Wait-free on both ends; the
/// memory is taken once, when the ring is made.
template <class T>
class Ring {
 public:
  /// Holds at least `capacity` values (rounded up to a power of two).
  explicit Ring(std::size_t capacity)
      : mask_(std::bit_ceil(capacity < 2 ? std::size_t{2} : capacity) - 1), slots_(std::make_unique<T[]>(mask_ + 1)) {}

  /// Producer. False, and one more in `dropped`, when the ring is full.
  template <class Fill>
  bool push_with(Fill&& fill) {
    const auto tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_cache_ > mask_) {
      head_cache_ = head_.load(std::memory_order_acquire);
      if (tail - head_cache_ > mask_) {
        dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        return false;
      }
    }
    fill(slots_[tail & mask_]);
    // The consumer's processor has the next slot: fetched now, it is here when it is needed.
    const auto* next = reinterpret_cast<const char*>(&slots_[(tail + 1) & mask_]);
    __builtin_prefetch(next, 1);
    if constexpr (sizeof(T) > 64) __builtin_prefetch(next + 64, 1);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }
  bool push(T value) {
    return push_with([&](T& slot) { slot = std::move(value); });
  }

  /// Consumer. Hands every waiting value to `use`, oldest first; returns how many there were.
  template <class Use>
  std::size_t drain(Use&& use) {
    const auto tail = tail_.load(std::memory_order_acquire);
    auto head = head_.load(std::memory_order_relaxed);
    const auto count = static_cast<std::size_t>(tail - head);
    for (; head != tail; ++head) {
      use(slots_[head & mask_]);
      head_.store(head + 1, std::memory_order_release);
    }
    return count;
  }

  /// Values refused so far. Any thread.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  const std::size_t mask_;
  const std::unique_ptr<T[]> slots_;
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  std::uint64_t head_cache_ = 0;  // the producer's last look at head_
  std::atomic<std::uint64_t> dropped_{0};
  alignas(64) std::atomic<std::uint64_t> head_{0};
};

}  // namespace harbinger
