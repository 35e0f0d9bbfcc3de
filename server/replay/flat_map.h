// A map from numbers to small values, for the millions of steps of a trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace harbinger::replay {

/// Keys are any numbers but kFree. Grows, never shrinks, forgets nothing. Pointers are valid until the next `at`.
template <class Value>
class FlatMap {
 public:
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};

  const Value* find(std::uint64_t key) const {
    for (auto i = place_of(key);; i = (i + 1) & mask()) {
      if (slots_[i].key == key) return &slots_[i].value;
      if (slots_[i].key == kFree) return nullptr;
    }
  }
  /// The value of `key`, a new one when there was none.
  Value& at(std::uint64_t key) {
    if ((used_ + 1) * 3 > slots_.size() * 2) grow();
    auto& slot = slot_of(key);
    if (slot.key == kFree) ++used_;
    slot.key = key;
    return slot.value;
  }
  template <class Use>
  void for_each(Use use) const {
    for (const auto& slot : slots_)
      if (slot.key != kFree) use(slot.key, slot.value);
  }
  std::size_t size() const { return used_; }

 private:
  struct Slot {
    std::uint64_t key = kFree;
    Value value{};
  };

  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t place_of(std::uint64_t key) const {
    const auto hash = key * 0x9E3779B97F4A7C15;
    return (hash ^ hash >> 32) & mask();
  }
  Slot& slot_of(std::uint64_t key) {
    auto i = place_of(key);
    while (slots_[i].key != kFree && slots_[i].key != key) i = (i + 1) & mask();
    return slots_[i];
  }
  void grow() {
    auto old = std::move(slots_);
    slots_.assign(old.size() * 2, {});
    for (auto& slot : old)
      if (slot.key != kFree) slot_of(slot.key) = std::move(slot);
  }

  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  std::size_t used_ = 0;
};

}  // namespace harbinger::replay
