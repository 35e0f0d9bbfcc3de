// A table of bounded size that forgets what is old, and of what is new the oldest where it has no room.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include <harbinger/clock.h>

namespace harbinger::provision {

/// Its memory is taken at once. Entries are forgotten `keep` after they were made. Keys are hashes, mixed with a seed that nobody outside knows. One thread.
template <class What>
class AgingTable {
 public:
  AgingTable(std::size_t capacity, Duration keep, std::uint64_t seed)
      : sets_(std::bit_ceil(std::max<std::size_t>(1, capacity / kWays))), keep_(keep), seed_(seed) {}

  What* find(std::uint64_t key, MonotonicTime now) {
    for (auto& each : set_of(key))
      if (each.used && each.key == key && now - each.made < keep_) return &each.what;
    return nullptr;
  }
  /// A new entry, in place of one that is over, or of the oldest of those that share its room.
  What& make(std::uint64_t key, MonotonicTime now) {
    auto& set = set_of(key);
    auto* to = &set[0];
    for (auto& each : set) {
      if (!each.used || now - each.made >= keep_) {
        to = &each;
        break;
      }
      if (each.made < to->made) to = &each;
    }
    *to = {key, now, true, What{}};
    return to->what;
  }
  std::size_t octets() const { return sets_.size() * sizeof(Set); }

 private:
  static constexpr std::size_t kWays = 8;
  struct Entry {
    std::uint64_t key = 0;
    MonotonicTime made{};
    bool used = false;
    What what{};
  };
  using Set = std::array<Entry, kWays>;

  Set& set_of(std::uint64_t key) {
    auto mixed = (key ^ seed_) * 0x9e3779b97f4a7c15ULL;
    mixed ^= mixed >> 32;
    return sets_[mixed & (sets_.size() - 1)];
  }

  std::vector<Set> sets_;
  const Duration keep_;
  const std::uint64_t seed_;
};

}  // namespace harbinger::provision
