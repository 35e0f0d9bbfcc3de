#include "learn/sequence/text_table.h"

#include <harbinger/rcu.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

namespace harbinger::sequence {
namespace {

constexpr std::size_t kMostPlaces = (std::size_t{1} << 24) - 1;
constexpr std::size_t kUsualLength = 64;
constexpr std::size_t kLookedAt = 15;  // odd, so that no places are passed over for good

void free_block(void* block) { std::free(block); }

TextTable::Block* make_block(TextId id, std::string_view text, std::uint32_t size_bytes, ClientKey only) {
  void* room = std::malloc(sizeof(TextTable::Block) + text.size());
  if (!room) throw std::bad_alloc();
  auto* block = new (room) TextTable::Block{id, size_bytes, static_cast<std::uint32_t>(text.size()), only};
  if (!text.empty()) std::memcpy(reinterpret_cast<char*>(block + 1), text.data(), text.size());
  return block;
}

}  // namespace

TextTable::TextTable(std::size_t capacity)
    : places_(std::clamp<std::size_t>(capacity, 64, kMostPlaces) + 1),
      entries_(places_),
      blocks_(std::make_unique<std::atomic<Block*>[]>(places_)),
      index_(std::bit_ceil(places_ * 2)) {}

TextTable::~TextTable() {
  for (std::size_t place = 0; place < places_; ++place) std::free(blocks_[place].load(std::memory_order_relaxed));
}

TextId TextTable::find(std::uint64_t hash) const noexcept {
  const std::uint32_t place = index_[slot_of(hash)];
  return place ? id_of(place) : 0;
}

TextId TextTable::intern(std::uint64_t hash, std::string_view text) {
  if (const TextId known = find(hash)) return known;
  if (text.size() > kLongest) return 0;

  while (text_bytes_ + text.size() > places_ * kUsualLength) forget(least_useful());
  const std::size_t place = free_place();
  enter(place, hash);
  publish(place, text, 0);
  return id_of(place);
}

TextId TextTable::intern_if_room(std::uint64_t hash, std::string_view text) {
  if (const TextId known = find(hash)) return known;
  const bool room = size_ < places_ / 4 * 3 && text_bytes_ + text.size() < places_ * kUsualLength / 4 * 3;
  return room ? intern(hash, text) : 0;
}

bool TextTable::restore(TextId id, const Entry& entry, std::string_view text, std::uint32_t size_bytes) {
  const std::size_t place = place_of(id);
  if (place == 0 || place >= places_ || entries_[place].used || find(entry.hash) || text.size() > kLongest)
    return false;
  entries_[place] = entry;
  entries_[place].generation = static_cast<std::uint8_t>(id >> kPlaceBits);
  enter(place, entry.hash);
  publish(place, text, size_bytes);
  next_ = std::max(next_, place + 1);
  return true;
}

void TextTable::set_size(TextId id, std::uint32_t size_bytes) noexcept {
  if (place_of(id) >= places_) return;
  if (Block* block = blocks_[place_of(id)].load(std::memory_order_relaxed); block && block->id == id)
    block->size_bytes.store(size_bytes, std::memory_order_relaxed);
}

std::size_t TextTable::bytes() const noexcept {
  constexpr std::size_t kOfTheHeap = 16;
  return places_ * (sizeof(Entry) + sizeof(Block*)) + index_.size() * sizeof(std::uint32_t) +
         size_ * (sizeof(Block) + kOfTheHeap) + text_bytes_;
}

/// Where `hash` is in the index, or the empty place where it would be.
std::size_t TextTable::slot_of(std::uint64_t hash) const noexcept {
  const std::size_t mask = index_.size() - 1;
  std::size_t slot = (hash >> 20) & mask;
  while (index_[slot] != 0 && entries_[index_[slot]].hash != hash) slot = (slot + 1) & mask;
  return slot;
}

void TextTable::enter(std::size_t place, std::uint64_t hash) {
  entries_[place].hash = hash;
  entries_[place].used = true;
  index_[slot_of(hash)] = static_cast<std::uint32_t>(place);
  ++size_;
}

void TextTable::publish(std::size_t place, std::string_view text, std::uint32_t size_bytes) {
  text_bytes_ += text.size();
  blocks_[place].store(make_block(id_of(place), text, size_bytes, entries_[place].wanted.only()),
                       std::memory_order_release);
}

std::size_t TextTable::free_place() {
  if (free_.empty() && next_ < places_) return next_++;
  if (free_.empty()) forget(least_useful());
  const std::size_t place = free_.back();
  free_.pop_back();
  return place;
}

/// The one with the fewest visits, and of those the one longest unseen, of some next to each other; the others grow older.
std::size_t TextTable::least_useful() {
  std::size_t worst = 0;
  for (std::size_t looked = 0; looked < kLookedAt || worst == 0; ++looked) {
    hand_ = hand_ + 1 < places_ ? hand_ + 1 : 1;
    Entry& entry = entries_[hand_];
    if (!entry.used) continue;
    const Entry& other = entries_[worst];
    if (worst == 0 || entry.visits < other.visits ||
        (entry.visits == other.visits && entry.last_seen < other.last_seen))
      worst = hand_;
    entry.visits -= entry.visits / 4;
  }
  return worst;
}

void TextTable::forget(std::size_t place) {
  const std::size_t mask = index_.size() - 1;
  std::size_t hole = slot_of(entries_[place].hash);
  // Knuth, vol. 3, 6.4, algorithm R: what would no longer be found moves into the hole.
  for (std::size_t slot = (hole + 1) & mask; index_[slot] != 0; slot = (slot + 1) & mask) {
    const std::size_t home = (entries_[index_[slot]].hash >> 20) & mask;
    if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
    index_[hole] = index_[slot];
    hole = slot;
  }
  index_[hole] = 0;

  Block* block = blocks_[place].exchange(nullptr, std::memory_order_acq_rel);
  text_bytes_ -= block->length;
  rcu::retire(block, free_block);
  const auto generation = static_cast<std::uint8_t>(entries_[place].generation % 127 + 1);
  entries_[place] = Entry{};
  entries_[place].generation = generation;
  free_.push_back(static_cast<std::uint32_t>(place));
  --size_;
}

}  // namespace harbinger::sequence
