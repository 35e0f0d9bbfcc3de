#include "learn/session_trails.h"

#include <algorithm>
#include <bit>

namespace harbinger {

SessionTrails::SessionTrails(std::size_t clients, UnixMillis gap)
    : gap_(gap), mask_(std::bit_ceil(std::max<std::size_t>(clients / kWays, 1)) - 1), trails_((mask_ + 1) * kWays) {}

std::size_t SessionTrails::set_of(ClientKey client) const {
  return ((client * 0x9E3779B97F4A7C15) >> 32 & mask_) * kWays;
}

const SessionTrail* SessionTrails::find(ClientKey client) const {
  const auto* set = &trails_[set_of(client)];
  for (std::size_t way = 0; way < kWays; ++way)
    if (set[way].size > 0 && set[way].client == client) return &set[way];
  return nullptr;
}

SessionTrails::Move SessionTrails::kind(ClientKey client, std::uint64_t resource, UnixMillis at) const {
  const auto* trail = find(client);
  if (trail == nullptr || at - trail->at > gap_) return Move::first;
  return trail->current() == resource ? Move::repeated : Move::onward;
}

SessionTrail& SessionTrails::make_room(ClientKey client) {
  auto* set = &trails_[set_of(client)];
  for (std::size_t way = 0; way < kWays; ++way)
    if (set[way].size > 0 && set[way].client == client) return set[way];
  return *std::min_element(set, set + kWays, [](const auto& a, const auto& b) {
    return a.size == 0 || b.size == 0 ? a.size < b.size : a.at < b.at;
  });
}

void SessionTrails::move(ClientKey client, std::uint64_t resource, UnixMillis at) {
  const auto move = kind(client, resource, at);
  auto& trail = make_room(client);
  if (move == Move::first) trail = {.client = client, .at = at};
  trail.at = std::max(trail.at, at);
  if (move == Move::repeated) return;
  std::shift_right(trail.resources.begin(), trail.resources.end(), 1);
  trail.resources[0] = resource;
  trail.size = static_cast<std::uint8_t>(std::min<std::size_t>(trail.size + 1, SessionTrail::kLength));
}

}  // namespace harbinger
