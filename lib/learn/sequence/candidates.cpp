#include "learn/sequence/candidates.h"

namespace harbinger::sequence {

TextId Imagined::make(std::uint64_t hash, std::string_view text) {
  if (const TextId known = find(hash)) {
    texts_[known & (kPlaces - 1)].made = now_;
    return known;
  }
  const std::size_t first = hash & (kPlaces - 1);
  std::size_t room = first;
  for (std::size_t way = 0; way < kWays; ++way)
    if (texts_[first ^ way].made < texts_[room].made) room = first ^ way;
  Text& place = texts_[room];
  if (place.made == now_) return 0;
  place.hash = hash;
  place.made = now_;
  ++place.turn;
  place.wanted = {};
  place.text = text;
  return id_of(room);
}

TextId Imagined::find(std::uint64_t hash) const noexcept {
  const std::size_t first = hash & (kPlaces - 1);
  for (std::size_t way = 0; way < kWays; ++way)
    if (texts_[first ^ way].hash == hash) return id_of(first ^ way);
  return 0;
}

std::string_view Imagined::text(TextId id) const noexcept {
  const std::size_t place = id & (kPlaces - 1);
  return id_of(place) == id ? std::string_view(texts_[place].text) : std::string_view{};
}

void Imagined::foretold(TextId id, ClientKey only) noexcept {
  const std::size_t place = id & (kPlaces - 1);
  if (id_of(place) == id) texts_[place].wanted.foretold(only);
}

ClientKey Imagined::only(TextId id) const noexcept {
  const std::size_t place = id & (kPlaces - 1);
  return id_of(place) == id ? texts_[place].wanted.only() : WantedBy::kNobody;
}

std::size_t Imagined::bytes() const noexcept {
  std::size_t bytes = texts_.size() * sizeof(Text);
  for (const Text& each : texts_) bytes += each.text.capacity();
  return bytes;
}

void Candidates::begin(TextId current) noexcept {
  size_ = 0;
  current_ = current;
  ++now_;
}

std::size_t Candidates::slot_of(TextId id) const noexcept {
  std::size_t slot = (id * 0x9e3779b1u) >> 21;
  while (stamp_[slot] == now_ && items_[index_[slot]].id != id) slot = (slot + 1) % kIndex;
  return slot;
}

Candidate* Candidates::find(TextId id) noexcept {
  const std::size_t slot = slot_of(id);
  return stamp_[slot] == now_ ? &items_[index_[slot]] : nullptr;
}

Candidate* Candidates::at(TextId id) noexcept {
  if (id == 0 || id == current_) return nullptr;
  const std::size_t slot = slot_of(id);
  if (stamp_[slot] == now_) return &items_[index_[slot]];
  if (size_ == kMost) return nullptr;
  stamp_[slot] = now_;
  index_[slot] = static_cast<std::uint16_t>(size_);
  items_[size_] = Candidate{};
  items_[size_].id = id;
  return &items_[size_++];
}

void Candidates::drop_silent() noexcept {
  std::size_t kept = 0;
  for (std::size_t at = 0; at < size_; ++at)
    if (items_[at].terms != 0) items_[kept++] = items_[at];
  size_ = kept;
  ++now_;
  for (std::size_t at = 0; at < size_; ++at) {
    const std::size_t slot = slot_of(items_[at].id);
    stamp_[slot] = now_;
    index_[slot] = static_cast<std::uint16_t>(at);
  }
}

}  // namespace harbinger::sequence
