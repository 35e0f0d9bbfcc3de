// A made-up evening: usual demand by Zipf's law, and things that become popular within minutes.
#include <algorithm>
#include <cmath>

#include "learn/chance.h"
#include "server/replay/placement_feed.h"

namespace harbinger::replay {

namespace {

using learn::Chance;

constexpr std::int64_t kLasts = 8LL * 3600 * 1000, kMinute = 60'000;
constexpr std::uint32_t kUsual = 5'000, kCrowds = 16;
constexpr double kUsualPerSecond = 20;
const std::vector<double> kSizes{0.4, 0.3, 0.2, 0.1};

// How one cluster wants one thing: doubling until the peak, a while there, then halving.
struct Crowd {
  std::int64_t begin = 0;      // when the first wants come
  double doubling_ms = 1;      // while it grows
  double peak_per_second = 0;  // begins with a two-hundredth of it
  double stays_ms = 0, halving_ms = 1;

  double per_second(std::int64_t at) const {
    const auto since = static_cast<double>(at - begin);
    if (since < 0) return 0;
    const auto grows = std::log2(200.0) * doubling_ms;
    if (since < grows) return peak_per_second / 200 * std::exp2(since / doubling_ms);
    const auto after = since - grows - stays_ms;
    return after < 0 ? peak_per_second : peak_per_second * std::exp2(-after / halving_ms);
  }
};

void want_usual(Chance& chance, PlacementFeed& feed) {
  std::vector<double> sums;
  double sum = 0;
  for (std::uint32_t i = 1; i <= kUsual; ++i) sums.push_back(sum += std::pow(i, -0.9));
  for (double at = 0; at < kLasts; at += chance.exponential(1000 / kUsualPerSecond)) {
    const auto place = std::ranges::lower_bound(sums, chance.unit() * sum) - sums.begin();
    feed.wants.push_back({static_cast<std::int64_t>(at), static_cast<std::uint32_t>(std::min<long>(place, kUsual - 1)),
                          static_cast<std::uint16_t>(chance.draw(kSizes))});
  }
}

void want_crowd(Chance& chance, const Crowd& crowd, std::uint32_t resource, std::uint16_t cluster,
                PlacementFeed& feed) {
  // Thinning (Lewis and Shedler 1979): as many as at the peak, of which so many stay as the rate says.
  double at = static_cast<double>(crowd.begin);
  while ((at += chance.exponential(1000 / crowd.peak_per_second)) < kLasts)
    if (const auto when = static_cast<std::int64_t>(at); chance.is(crowd.per_second(when) / crowd.peak_per_second))
      feed.wants.push_back({when, resource, cluster});
}

void want_everywhere(Chance& chance, std::uint32_t resource, PlacementFeed& feed) {
  const auto begin = kLasts / 8 + static_cast<std::int64_t>(chance.unit() * (kLasts * 0.7));
  const auto first = chance.draw(kSizes);
  const Crowd like{.doubling_ms = (1 + 2 * chance.unit()) * kMinute,
                   .peak_per_second = 5 + 15 * chance.unit(),
                   .stays_ms = (10 + 30 * chance.unit()) * kMinute,
                   .halving_ms = (15 + 25 * chance.unit()) * kMinute};
  for (std::uint16_t cluster = 0; cluster < kSizes.size(); ++cluster) {
    auto crowd = like;
    crowd.peak_per_second *= kSizes[cluster];
    crowd.begin = begin + (cluster == first ? 0 : static_cast<std::int64_t>(10 * chance.unit() * kMinute));
    want_crowd(chance, crowd, resource, cluster, feed);
  }
}

}  // namespace

PlacementFeed flash_crowd(std::uint64_t seed) {
  Chance chance(seed);
  PlacementFeed feed{.name = "flash crowd"};
  for (std::uint32_t i = 0; i < kUsual + kCrowds; ++i) {
    const auto size = i < kUsual ? chance.log_normal(60'000, 1.2) : chance.log_normal(2e6, 0.5);
    feed.bytes.push_back(static_cast<std::uint32_t>(std::clamp(size, 500.0, 2e7)));
    feed.flash.push_back(i >= kUsual);
  }
  want_usual(chance, feed);
  for (auto i = kUsual; i < kUsual + kCrowds; ++i) want_everywhere(chance, i, feed);
  std::ranges::stable_sort(feed.wants, {}, &Want::at);
  return feed;
}

}  // namespace harbinger::replay
