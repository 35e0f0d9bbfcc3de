#include "mirror/planner_room.h"

#include <algorithm>
#include <tuple>

namespace harbinger::mirror {

namespace {

constexpr std::size_t kMostLooks = 1000;
constexpr double kMuchLess = 0.5;

}  // namespace

const std::vector<std::uint32_t>& RoomMaker::by_strength(std::uint32_t site) {
  if (of_site_.empty()) {
    of_site_.resize(view_.sites());
    for (std::uint32_t i = 0; i < view_.copies().size(); ++i)
      if (const auto& copy = view_.copies()[i]; !copy.dropped && !copy.young) of_site_[copy.site].push_back(i);
    for (auto& copies : of_site_)
      std::ranges::sort(copies, {}, [&](std::uint32_t i) {
        const auto& copy = view_.copies()[i];
        return std::tuple(copy.strength, copy.resource);
      });
  }
  return of_site_[site];
}

std::vector<std::uint32_t> RoomMaker::weakest(std::uint32_t site, double bytes, double came) {
  std::vector<std::uint32_t> go;
  auto free = view_.site(site).free();
  for (const auto number : by_strength(site)) {
    const auto& copy = view_.copies()[number];
    if (free >= bytes || copy.strength >= came * kMuchLess) break;
    if (copy.dropped) continue;
    go.push_back(number);
    free += copy.bytes;
  }
  if (free < bytes) go.clear();
  return go;
}

std::optional<std::vector<std::uint32_t>> RoomMaker::find(const std::vector<std::uint32_t>& sites, double bytes,
                                                          double came) {
  std::optional<std::vector<std::uint32_t>> best;
  const auto strongest = [&](const std::vector<std::uint32_t>& go) { return view_.copies()[go.back()].strength; };
  for (const auto site : sites) {
    if (came <= 0 || looks_++ >= kMostLooks) break;
    auto go = weakest(site, bytes, came);
    if (!go.empty() && (!best || strongest(go) < strongest(*best))) best = std::move(go);
  }
  return best;
}

}  // namespace harbinger::mirror
