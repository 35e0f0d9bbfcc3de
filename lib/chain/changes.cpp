#include "chain/changes.h"

namespace harbinger {

std::uint32_t Changes::slot_of_chain(std::uint32_t chain) { return keyed_hash(&chain, sizeof chain) % kSlots; }

std::uint32_t Changes::slot_of(std::uint32_t chain, std::span<const std::uint8_t> lowercase_wire) {
  return (keyed_hash(lowercase_wire.data(), lowercase_wire.size()) + chain * 0x9e3779b97f4a7c15u) % kSlots;
}

std::uint32_t Changes::slot_of(std::uint32_t chain, const Name& name) {
  return slot_of(chain, name.lowercase().wire());
}

// The slot is written before the stamp is published: who sees the new stamp sees the slot.
void Changes::mark(std::uint32_t slot) {
  const std::lock_guard lock(marking_);
  const auto stamp = latest_.load(std::memory_order_relaxed) + 1;
  slots_[slot].store(stamp, std::memory_order_relaxed);
  latest_.store(stamp, std::memory_order_release);
}

}  // namespace harbinger
