#include "learn/refresh_record.h"

#include <algorithm>
#include <bit>

namespace harbinger {
namespace {

constexpr int kLookedAt = 8;

std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

std::uint8_t zone_of(std::string_view name) {
  std::size_t begin = name.size();
  for (int labels = 0; labels < 2 && begin != 0 && begin != name.npos; ++labels) {
    const std::size_t dot = name.rfind('.', begin - 1);
    begin = dot == name.npos ? 0 : dot;
  }
  std::uint64_t hash = 0;
  for (const char c : name.substr(begin)) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return static_cast<std::uint8_t>(mix(hash));
}

}  // namespace

RecordTable::RecordTable(std::size_t capacity)
    : capacity_(std::max<std::size_t>(capacity, 16)), index_(std::bit_ceil(capacity_ * 2), kNoSlot) {}

std::uint64_t RecordTable::key_of(std::uint64_t name_hash, std::uint16_t type) {
  const auto key = mix(name_hash + type * 0x9e3779b97f4a7c15U);
  return key != 0 ? key : 1;
}

RecordSlot RecordTable::find(std::uint64_t key) const {
  for (std::size_t at = home(key); index_[at] != kNoSlot; at = (at + 1) & (index_.size() - 1)) {
    if (records_[index_[at]].key == key) return index_[at];
  }
  return kNoSlot;
}

std::size_t RecordTable::bytes() const {
  std::size_t names = 0;
  for (const auto& record : records_) names += record.name.capacity() > 15 ? record.name.capacity() + 1 : 0;
  return records_.capacity() * sizeof(RefreshRecord) + index_.size() * sizeof(RecordSlot) + names;
}

// Of a few taken here and there, the one that was idle longest for how often it is asked.
RecordSlot RecordTable::least_useful(UnixMillis now) {
  RecordSlot worst = 0;
  double worst_idle = -1;
  for (int i = 0; i < kLookedAt; ++i) {
    const auto slot = static_cast<RecordSlot>(mix(++draw_) % used_);
    const RefreshRecord& record = records_[slot];
    const double idle =
        static_cast<double>(now - record.asked) / (1.0 + std::min<std::uint32_t>(record.asked_times, 32));
    if (idle > worst_idle) {
      worst = slot;
      worst_idle = idle;
    }
  }
  return worst;
}

// Linear probing without graves: what follows moves up where it may.
void RecordTable::unlink(RecordSlot slot) {
  const std::size_t mask = index_.size() - 1;
  std::size_t hole = home(records_[slot].key);
  while (index_[hole] != slot) hole = (hole + 1) & mask;
  for (std::size_t at = (hole + 1) & mask; index_[at] != kNoSlot; at = (at + 1) & mask) {
    const std::size_t wanted = home(records_[index_[at]].key);
    if (((at - wanted) & mask) < ((at - hole) & mask)) continue;
    index_[hole] = index_[at];
    hole = at;
  }
  index_[hole] = kNoSlot;
}

void RecordTable::start(RecordSlot slot, std::uint64_t key, std::string_view name, std::uint16_t type) {
  RefreshRecord& record = records_[slot];
  std::string text = std::move(record.name);
  record = RefreshRecord{};
  text.assign(name);
  record.name = std::move(text);
  record.key = key;
  record.type = type;
  record.zone = zone_of(name);
  std::size_t at = home(key);
  while (index_[at] != kNoSlot) at = (at + 1) & (index_.size() - 1);
  index_[at] = slot;
}

}  // namespace harbinger
