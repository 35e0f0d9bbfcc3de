#include "persona/client_store.h"

#include <algorithm>
#include <bit>

namespace harbinger::persona {

namespace {

constexpr std::size_t kFirstIndex = 1024;
constexpr std::uint32_t kLookedAt = 64;

}  // namespace

ClientStore::ClientStore(std::size_t most, std::uint64_t seed)
    : most_(std::clamp<std::size_t>(most, 1, std::size_t{1} << 30)), seed_(seed), index_(kFirstIndex) {
  shift_ = 32 - std::countr_zero(index_.size());
}

// The high bits say where to begin, so that the index can grow and shrink without reading a client.
std::uint32_t ClientStore::tag_of(ClientKey key) const noexcept {
  std::uint64_t mixed = (key ^ seed_) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93;
  return static_cast<std::uint32_t>(mixed ^ mixed >> 32);
}

std::uint32_t ClientStore::find(ClientKey key) const noexcept {
  const auto tag = tag_of(key);
  for (auto place = home(tag); index_[place].slot != kNone; place = next(place))
    if (index_[place].tag == tag && at(index_[place].slot).key == key) return index_[place].slot;
  return kNone;
}

void ClientStore::prefetch_client(ClientKey key) const noexcept {
  const auto tag = tag_of(key);
  for (auto place = home(tag); index_[place].slot != kNone; place = next(place)) {
    if (index_[place].tag != tag) continue;
    const auto* line = reinterpret_cast<const char*>(&at(index_[place].slot));
    for (std::size_t i = 0; i < sizeof(Client); i += 64) __builtin_prefetch(line + i, 1);
    return;
  }
}

void ClientStore::place(Entry entry) noexcept {
  auto place = home(entry.tag);
  while (index_[place].slot != kNone) place = next(place);
  index_[place] = entry;
}

void ClientStore::grow_index() {
  auto before = std::vector<Entry>(index_.size() * 2);
  before.swap(index_);
  --shift_;
  for (const auto& entry : before)
    if (entry.slot != kNone) place(entry);
}

// Linear probing without tombstones: what follows moves up, unless it would get before its home.
void ClientStore::forget(ClientKey key) noexcept {
  const auto tag = tag_of(key);
  auto hole = home(tag);
  while (index_[hole].tag != tag || at(index_[hole].slot).key != key) hole = next(hole);
  for (auto place = next(hole); index_[place].slot != kNone; place = next(place)) {
    const auto mask = index_.size() - 1;
    const auto from_home = (place - home(index_[place].tag)) & mask;
    if (from_home < ((place - hole) & mask)) continue;
    index_[hole] = index_[place];
    hole = place;
  }
  index_[hole] = {};
}

std::uint32_t ClientStore::make_room(std::uint32_t kept) noexcept {
  std::uint32_t best = kNone;
  for (std::uint32_t looked = 0; looked < size() && (looked < kLookedAt || best == kNone); ++looked) {
    if (++hand_ >= size()) hand_ = 0;
    if (best != kNone && seen_[hand_] >= seen_[best]) continue;
    if (kept == 0 || at(hand_).batch != kept) best = hand_;
  }
  if (best == kNone) return kNone;
  forget(at(best).key);
  ++evicted_;
  return best;
}

std::uint32_t ClientStore::add(ClientKey key, std::uint32_t now_s, std::uint32_t kept) {
  auto slot = size();
  if (slot >= most_) {
    slot = make_room(kept);
    if (slot == kNone) return kNone;
  } else {
    if ((slot + std::size_t{1}) * 4 > index_.size() * 3) grow_index();
    if (slot / kPage == pages_.size()) pages_.push_back(std::make_unique<Client[]>(std::min(kPage, most_)));
    seen_.push_back(now_s);
  }
  at(slot) = Client{};
  at(slot).key = key;
  at(slot).shared_s = now_s;
  seen_[slot] = now_s;
  place({tag_of(key), slot});
  return slot;
}

std::size_t ClientStore::bytes() const noexcept {
  return pages_.size() * std::min(kPage, most_) * sizeof(Client) + index_.capacity() * sizeof(Entry) +
         seen_.capacity() * sizeof(std::uint32_t);
}

}  // namespace harbinger::persona
