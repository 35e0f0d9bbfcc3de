#include "edge/hot_resources.h"

#include <algorithm>

namespace harbinger::edge {

HotResources::HotResources(Settings settings) : settings_(settings), places_(std::max(settings.resources, kNearby)) {}

HotResources::Place& HotResources::place_of(std::uint64_t resource) {
  const auto newest = [](const Place& place) { return std::ranges::max(place.seen, {}, &Seen::at).at; };
  const auto first = resource % places_.size();
  Place* oldest = nullptr;
  for (std::size_t i = 0; i < kNearby; ++i) {
    auto& place = places_[(first + i) % places_.size()];
    if (place.resource == resource) return place;
    if (!oldest || newest(place) < newest(*oldest)) oldest = &place;
  }
  *oldest = {.resource = resource, .seen = {}};
  return *oldest;
}

bool HotResources::wanted(std::uint64_t resource, ClientKey client, MonotonicTime now) {
  auto& seen = place_of(resource).seen;
  if (client != 0) {
    auto own = std::ranges::find(seen, client, &Seen::client);
    if (own == seen.end()) own = std::ranges::min_element(seen, {}, &Seen::at);
    *own = {client, now};
  }
  const auto recent = std::ranges::count_if(
      seen, [&](const Seen& each) { return each.client != 0 && now - each.at < settings_.within; });
  return static_cast<std::size_t>(recent) >= std::min(settings_.clients, kMostClients);
}

}  // namespace harbinger::edge
