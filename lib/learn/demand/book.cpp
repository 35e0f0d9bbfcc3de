#include "learn/demand/book.h"

#include <algorithm>
#include <bit>

namespace harbinger::demand {

namespace {

constexpr int kLookedAt = 16;

float wanted(const Line& line) { return line.count + line.means[1] + line.means[2]; }

}  // namespace

Book::Book(std::size_t most) : most_(std::max<std::size_t>(most, 1)), slots_(std::bit_ceil(most_ * 2)) {
  lines_.reserve(std::min<std::size_t>(most_, 4096));
}

std::uint64_t Book::hash(std::uint64_t resource, std::uint32_t cluster) {
  std::uint64_t mixed = (resource ^ (std::uint64_t{cluster} << 32 | cluster)) * 0x9e3779b97f4a7c15ULL;
  return mixed ^ mixed >> 29;
}

// Where it is, or the free slot where it would be.
std::size_t Book::slot_of(std::uint64_t resource, std::uint32_t cluster) const {
  const auto mask = slots_.size() - 1;
  auto slot = hash(resource, cluster) & mask;
  while (slots_[slot] != 0) {
    const auto& line = lines_[slots_[slot] - 1];
    if (line.resource == resource && line.cluster == cluster) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

std::optional<std::uint32_t> Book::find(std::uint64_t resource, std::uint32_t cluster) const {
  const auto slot = slots_[slot_of(resource, cluster)];
  return slot == 0 ? std::nullopt : std::optional(slot - 1);
}

std::uint32_t Book::make(std::uint64_t resource, std::uint32_t cluster) {
  std::uint32_t at = 0;
  if (lines_.size() < most_) {
    at = static_cast<std::uint32_t>(lines_.size());
    lines_.emplace_back();
  } else {
    at = victim();
    leave(slot_of(lines_[at].resource, lines_[at].cluster));
    lines_[at] = {};
  }
  lines_[at].resource = resource;
  lines_[at].cluster = cluster;
  enter(at);
  return at;
}

void Book::enter(std::uint32_t line) { slots_[slot_of(lines_[line].resource, lines_[line].cluster)] = line + 1; }

// Those behind that would not be found any more move up (Knuth, 6.4, algorithm R).
void Book::leave(std::size_t slot) {
  const auto mask = slots_.size() - 1;
  for (auto next = (slot + 1) & mask; slots_[next] != 0; next = (next + 1) & mask) {
    const auto& line = lines_[slots_[next] - 1];
    const auto home = hash(line.resource, line.cluster) & mask;
    if (((next - home) & mask) < ((next - slot) & mask)) continue;
    slots_[slot] = slots_[next];
    slot = next;
  }
  slots_[slot] = 0;
}

std::uint32_t Book::victim() {
  std::uint32_t least = 0;
  for (int i = 0; i < kLookedAt; ++i) {
    chance_ ^= chance_ << 13;
    chance_ ^= chance_ >> 7;
    chance_ ^= chance_ << 17;
    const auto other = static_cast<std::uint32_t>(chance_ % lines_.size());
    if (i == 0 || wanted(lines_[other]) < wanted(lines_[least])) least = other;
  }
  return least;
}

}  // namespace harbinger::demand
