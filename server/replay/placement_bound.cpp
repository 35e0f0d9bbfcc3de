#include "server/replay/placement_bound.h"

#include <algorithm>

namespace harbinger::replay {

namespace {

// To keep something from one want to the next: so many octets, for so many wants of the cluster.
struct Stay {
  std::uint32_t bytes;
  std::uint64_t length;
  double area() const { return static_cast<double>(bytes) * static_cast<double>(length); }
};

struct Intervals {
  std::vector<Stay> stays;
  std::uint64_t wants = 0, octets = 0;  // that are judged
};

constexpr std::uint64_t kNever = UINT64_MAX;

Intervals intervals_of(const PlacementFeed& feed, std::uint16_t cluster, std::size_t from) {
  Intervals all;
  std::vector<std::uint64_t> last(feed.bytes.size(), kNever);
  for (std::size_t i = 0; i < feed.wants.size(); ++i) {
    const auto& want = feed.wants[i];
    if (want.cluster != cluster) continue;
    const auto bytes = feed.bytes[want.resource];
    auto& since = last[want.resource];
    if (i < from) {
      since = 0;
      continue;
    }
    if (since != kNever) all.stays.push_back({bytes, all.wants - since});
    since = all.wants;
    all.octets += bytes;
    ++all.wants;
  }
  return all;
}

// As many of the cheapest as there is room for, over all the time together.
template <class Worth>
std::uint64_t best_hits(std::vector<Stay>& stays, double room, Worth worth) {
  std::ranges::sort(stays, {}, [&](const Stay& stay) { return stay.area() / static_cast<double>(worth(stay)); });
  std::uint64_t hits = 0;
  for (const auto& stay : stays)
    if ((room -= stay.area()) >= 0)
      hits += worth(stay);
    else
      break;
  return hits;
}

}  // namespace

PlacementBound offline_bound(const PlacementFeed& feed, const std::vector<std::uint64_t>& capacity, std::size_t from) {
  PlacementBound bound;
  for (std::uint16_t cluster = 0; cluster < feed.clusters; ++cluster) {
    auto all = intervals_of(feed, cluster, from);
    const auto room = static_cast<double>(capacity[cluster]) * static_cast<double>(all.wants);
    const auto bytes = [](const Stay& stay) { return std::uint64_t{std::max(stay.bytes, 1U)}; };
    bound.missed_octets += all.octets - best_hits(all.stays, room, bytes);
    bound.missed_requests += all.wants - best_hits(all.stays, room, [](const Stay&) { return std::uint64_t{1}; });
  }
  return bound;
}

}  // namespace harbinger::replay
