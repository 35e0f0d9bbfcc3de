// A bounded queue from many threads to one, which refuses when it is full instead of waiting.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <memory>
#include <optional>

#include <harbinger/behaviour.h>

namespace harbinger::persona {

/// Events with their texts, in slots of fixed size (D. Vyukov's bounded queue). No lock; the memory is taken once.
class ReportQueue {
 public:
  explicit ReportQueue(std::size_t capacity)
      : mask_(std::bit_ceil(capacity < 2 ? std::size_t{2} : capacity) - 1),
        slots_(std::make_unique<Slot[]>(mask_ + 1)) {
    for (std::size_t i = 0; i <= mask_; ++i) slots_[i].turn.store(i, std::memory_order_relaxed);
  }

  /// The event's place in the row, or nothing when the queue is full. Its text must have at most kMostText octets. Any thread.
  std::optional<std::uint64_t> push(const BehaviourEvent& event) noexcept {
    auto place = tail_.load(std::memory_order_relaxed);
    for (;;) {
      auto& slot = slots_[place & mask_];
      const auto turn = slot.turn.load(std::memory_order_acquire);
      if (turn < place) return std::nullopt;  // still holds the event of one round before
      if (turn > place) {
        place = tail_.load(std::memory_order_relaxed);
      } else if (tail_.compare_exchange_weak(place, place + 1, std::memory_order_relaxed)) {
        write(slot, event);
        slot.turn.store(place + 1, std::memory_order_release);
        return place;
      }
    }
  }

  /// Hands the oldest event to `use`; false when there is none. One thread.
  template <class Use>
  bool pop(Use&& use) {
    auto& slot = slots_[head_ & mask_];
    if (slot.turn.load(std::memory_order_acquire) != head_ + 1) return false;
    slot.event.resource = {slot.text.data(), slot.size};
    use(slot.event);
    slot.turn.store(head_ + mask_ + 1, std::memory_order_release);
    ++head_;
    return true;
  }

  /// Places given away so far. Any thread.
  std::uint64_t pushed() const noexcept { return tail_.load(std::memory_order_acquire); }
  /// Places emptied so far. The thread that pops.
  std::uint64_t popped() const noexcept { return head_; }

 private:
  struct Slot {
    std::atomic<std::uint64_t> turn{0};
    BehaviourEvent event;
    std::uint8_t size = 0;
    std::array<char, BehaviourEvent::kMostText> text;
  };
  static_assert(BehaviourEvent::kMostText <= 255);

  static void write(Slot& slot, const BehaviourEvent& event) noexcept {
    slot.event = event;
    slot.size = static_cast<std::uint8_t>(event.resource.size());
    std::ranges::copy(event.resource, slot.text.begin());
  }

  const std::uint64_t mask_;
  const std::unique_ptr<Slot[]> slots_;
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  alignas(64) std::uint64_t head_ = 0;
};

}  // namespace harbinger::persona
