#include <harbinger/chain.h>

#include <algorithm>
#include <ranges>

namespace harbinger {

Task<Reply> Next::operator()(const Query& query) const {
  if (rest_.empty()) return ready(Reply::nobody_answered());
  if (query.record_) query.record_->deepest = rest_.front();
  return rest_.front()->serve(query, Next(rest_.subspan(1)));
}

Chain::~Chain() { stop(); }

void Chain::stop() const {
  if (stopped_.exchange(true)) return;
  for (const auto& plugin : plugins_ | std::views::reverse) plugin->stop();
}

namespace {

// A walk over the suffixes of a name, longest first, each by the offset of its first label.
std::size_t skip_labels(std::span<const std::uint8_t> wire, std::size_t labels) {
  std::size_t offset = 0;
  while (labels-- > 0) offset += wire[offset] + std::size_t{1};
  return offset;
}

std::uint64_t suffix_hash(std::span<const std::uint8_t> suffix) {
  std::uint8_t lower[Name::kMaxWire + 8];
  copy_lowercase(lower, suffix.data(), suffix.size());
  return keyed_hash(lower, suffix.size());
}

}  // namespace

bool ZoneMap::add(const Name& zone, std::shared_ptr<const Chain> chain) {
  const auto labels = zone.label_count();
  if (by_labels_.size() <= labels) by_labels_.resize(labels + 1);
  auto& zones = by_labels_[labels];
  const auto hash = suffix_hash(zone.wire());
  const auto place = std::ranges::lower_bound(zones, hash, {}, &Entry::hash);
  for (auto it = place; it != zones.end() && it->hash == hash; ++it)
    if (it->zone == zone) return false;
  zones.insert(place, {hash, zone, std::move(chain)});
  if (std::ranges::find(label_counts_, labels) == label_counts_.end()) {
    label_counts_.push_back(labels);
    std::ranges::sort(label_counts_, std::greater{});
  }
  return true;
}

const std::shared_ptr<const Chain>* ZoneMap::find(const Name& name) const {
  const auto wire = name.wire();
  const auto labels = name.label_count();
  for (const auto wanted : label_counts_) {
    if (wanted > labels) continue;
    const auto suffix = wire.subspan(skip_labels(wire, labels - wanted));
    const auto& zones = by_labels_[wanted];
    // Few zones are compared faster than hashed.
    if (zones.size() <= 2) {
      for (const auto& entry : zones)
        if (entry.zone.equals(suffix)) return &entry.chain;
      continue;
    }
    const auto hash = suffix_hash(suffix);
    for (auto it = std::ranges::lower_bound(zones, hash, {}, &Entry::hash); it != zones.end() && it->hash == hash; ++it)
      if (it->zone.equals(suffix)) return &it->chain;
  }
  return nullptr;
}

const std::shared_ptr<const Chain>* ZoneMap::find_for(const Name& name, RRType type) const {
  if (type == RRType::DS && !name.is_root())
    if (const auto* parent = find(name.parent())) return parent;
  return find(name);
}

}  // namespace harbinger
