#include "steer/way_table.h"

#include <bit>

namespace harbinger::steer {

WayTable::WayTable(std::size_t groups) : mask_(std::bit_ceil(groups * 2 + 2) - 1), slots_(mask_ + 1) {
  kept_.reserve(groups);
}

void WayTable::add(std::uint32_t key, const Cells& cells) {
  std::size_t at = key & mask_;
  while (slots_[at].key != 0) at = (at + 1) & mask_;
  slots_[at] = {key, static_cast<std::uint32_t>(cells->size()), cells->data()};
  kept_.push_back(cells);
}

const WayTable::Slot* WayTable::find(std::uint32_t key) const noexcept {
  for (std::size_t at = key & mask_; slots_[at].key != 0; at = (at + 1) & mask_)
    if (slots_[at].key == key) return &slots_[at];
  return nullptr;
}

ConditionTable::Row WayTable::row(const ClientGroup& group) const noexcept {
  for (const auto key : group.keys)
    if (const auto* slot = key != 0 ? find(key) : nullptr) return {slot->cells, slot->size};
  return {};
}

}  // namespace harbinger::steer
