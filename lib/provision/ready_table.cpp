#include "provision/ready_table.h"

#include <atomic>
#include <bit>

#include <harbinger/rcu.h>

namespace harbinger::provision {

namespace {

// Open addressing, at most half full. What is found is in `whats`, which does not move.
struct Table {
  struct Slot {
    std::uint64_t tag = 0;
    std::uint32_t what = 0;  // its place in `whats`, plus one; 0: nothing here
    std::uint16_t pool = 0;
  };
  std::vector<Slot> slots;
  std::vector<Assignment> whats;
  std::vector<std::uint32_t> fallbacks;  // by pool; as in a slot
  unsigned shift = 63;

  // Tags are hashes already, but not of their pools.
  std::size_t begin(Wish wish) const noexcept {
    return (wish.tag ^ (wish.pool * 0x9e3779b97f4a7c15ULL)) * 0xd6e8feb86659fd93ULL >> shift;
  }
  const Assignment* find(Wish wish) const noexcept {
    const auto mask = slots.size() - 1;
    for (auto at = begin(wish);; at = (at + 1) & mask) {
      const auto& slot = slots[at];
      if (slot.what == 0) return nullptr;
      if (slot.tag == wish.tag && slot.pool == wish.pool) return &whats[slot.what - 1];
    }
  }
  std::uint32_t keep(Assignment what) {
    whats.push_back(std::move(what));
    return static_cast<std::uint32_t>(whats.size());
  }
  void put(ReadyTable::Entry entry) {
    const auto mask = slots.size() - 1;
    auto at = begin(entry.wish);
    while (slots[at].what != 0) {
      const bool same = slots[at].tag == entry.wish.tag && slots[at].pool == entry.wish.pool;
      if (same) break;
      at = (at + 1) & mask;
    }
    slots[at] = {entry.wish.tag, keep(std::move(entry.what)), entry.wish.pool};
  }
};

Table* make_table(std::vector<ReadyTable::Entry> entries, std::vector<ReadyTable::Entry> fallbacks) {
  auto table = std::make_unique<Table>();
  const auto size = std::bit_ceil(2 * entries.size() + 2);
  table->slots.resize(size);
  table->shift = 64 - static_cast<unsigned>(std::countr_zero(size));
  table->whats.reserve(entries.size() + fallbacks.size());
  for (auto& each : entries) table->put(std::move(each));
  for (auto& each : fallbacks) {
    if (each.wish.pool >= table->fallbacks.size()) table->fallbacks.resize(each.wish.pool + std::size_t{1});
    table->fallbacks[each.wish.pool] = table->keep(std::move(each.what));
  }
  return table.release();
}

}  // namespace

struct ReadyTable::Impl {
  rcu::Published<Table> table{make_table({}, {})};
  std::atomic<std::size_t> size{0};
};

ReadyTable::ReadyTable() : impl_(std::make_unique<Impl>()) {}
ReadyTable::~ReadyTable() = default;

const Assignment* ReadyTable::find(Wish wish) const noexcept { return impl_->table.load()->find(wish); }

const Assignment* ReadyTable::fallback(std::uint16_t pool) const noexcept {
  const auto* table = impl_->table.load();
  if (pool >= table->fallbacks.size() || table->fallbacks[pool] == 0) return nullptr;
  return &table->whats[table->fallbacks[pool] - 1];
}

void ReadyTable::publish(std::vector<Entry> entries, std::vector<Entry> fallbacks) {
  impl_->size = entries.size();
  impl_->table.publish(make_table(std::move(entries), std::move(fallbacks)));
}

std::size_t ReadyTable::size() const noexcept { return impl_->size; }

}  // namespace harbinger::provision
