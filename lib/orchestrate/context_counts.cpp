#include "orchestrate/context_counts.h"

#include <algorithm>
#include <cmath>

namespace harbinger::orchestrate {

void ContextCounts::learn(Symbol came, float memory) noexcept {
  run = came == last ? static_cast<std::uint16_t>(std::min(run + 1, 0xFFFF)) : std::uint16_t{1};
  last = came;
  if (total > memory) {
    const float keep = memory / (total + 1);
    for (std::size_t i = 0; i < used; ++i) often[i] *= keep;
    total *= keep;
  }
  total += 1;
  auto at = static_cast<std::size_t>(std::find(symbol.begin(), symbol.begin() + used, came) - symbol.begin());
  if (at == used) {
    if (used < kMost)
      ++used;
    else
      at = static_cast<std::size_t>(std::min_element(often.begin(), often.end()) - often.begin());
    symbol[at] = static_cast<std::uint16_t>(came);
    often[at] = 0;
  }
  often[at] += 1;
}

void ContextCounts::drop(Symbol gone) noexcept {
  if (last == gone) last = kOtherSymbol, run = 0;
  for (std::size_t i = 0; i < used; ++i) {
    if (symbol[i] != gone) continue;
    total = std::max(total - often[i], 0.0F);
    --used;
    symbol[i] = symbol[used], often[i] = often[used];
    return;
  }
}

ContextTable::ContextTable(std::size_t contexts)
    : places_(std::bit_ceil(std::max<std::size_t>(contexts, kWays))), mask_(places_.size() / kWays - 1) {}

const ContextCounts* ContextTable::find(std::uint64_t hash) const noexcept {
  const auto* place = &places_[group(hash)];
  for (std::size_t way = 0; way < kWays; ++way)
    if (place[way].check == check_of(hash)) return &place[way];
  return nullptr;
}

ContextCounts& ContextTable::make(std::uint64_t hash) noexcept {
  ++turn_;
  auto* place = &places_[group(hash)];
  auto* to = place;
  for (std::size_t way = 0; way < kWays; ++way) {
    if (place[way].check == check_of(hash)) {
      place[way].age = turn_;
      return place[way];
    }
    // Turns wrap, so ages are compared by their distance. Free places come first.
    const auto old = [&](const ContextCounts& each) { return each.check == 0 ? UINT32_MAX : turn_ - each.age; };
    if (old(place[way]) > old(*to)) to = &place[way];
  }
  *to = ContextCounts{};
  to->check = check_of(hash);
  to->age = turn_;
  return *to;
}

void ContextTable::drop(const std::vector<bool>& gone) noexcept {
  for (auto& place : places_)
    for (std::size_t i = place.used; i-- > 0;)
      if (place.symbol[i] < gone.size() && gone[place.symbol[i]]) place.drop(place.symbol[i]);
}

bool ContextTable::sane(const ContextCounts& counts, Symbol symbols) noexcept {
  if (counts.check == 0 || counts.used > ContextCounts::kMost || counts.last >= symbols || !(counts.total >= 0))
    return false;
  for (std::size_t i = 0; i < counts.used; ++i)
    if (counts.symbol[i] >= symbols || !(counts.often[i] >= 0) || counts.often[i] > 1e6F) return false;
  return counts.total < 1e7F;
}

}  // namespace harbinger::orchestrate
