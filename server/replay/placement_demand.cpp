#include "server/replay/placement_demand.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <unordered_map>

namespace harbinger::replay {

namespace {

constexpr double kMinuteMs = 60'000;

std::uint64_t key_of(const Spot& spot) { return std::uint64_t{spot.resource} << 16 | spot.cluster; }
Spot spot_of(std::uint64_t key) {
  return {static_cast<std::uint32_t>(key >> 16), static_cast<std::uint16_t>(key & 0xffff)};
}

// Wants fade with three speeds; each is told as what it would be in a horizon.
constexpr std::array<double, 3> kFades{0.125, 1, 8};  // horizons
constexpr int kSteps = 14;
constexpr std::uint32_t kCells = kSteps * kSteps * kSteps * kSteps;
constexpr double kTrust = 10;  // a cell's guess counts as so many samples
constexpr double kMostOver =
    4;  // what came counts up to so many times of the guess, so that one crowd does not speak for all that is cold

int step_of(double per_horizon) {
  if (per_horizon < 0.03) return 0;
  return std::clamp(static_cast<int>(std::lround(1.5 * std::log2(per_horizon / 0.03))) / 2 + 1, 1, kSteps - 1);
}

class CountingForecast final : public DemandSource {
 public:
  CountingForecast(const PlacementFeed& feed, const PlacementWorld& world) : feed_(feed), world_(world) {
    for (std::size_t i = 0; i < kFades.size(); ++i) {
      const auto fade = kFades[i] * static_cast<double>(world.horizon_ms);
      keep_[i] = std::exp(-static_cast<double>(world.interval_ms) / std::max(fade, double(world.interval_ms)));
    }
    things_.resize(feed.bytes.size());
    cluster_sums_.assign(feed.clusters, 0);
  }

  void heard(const Want& want) override {
    auto& thing = things_[want.resource];
    if (thing.empty()) {
      thing.resize(feed_.clusters);
      live_.push_back(want.resource);
    }
    ++thing[want.cluster].fresh;
    ++thing[want.cluster].all;
  }

  std::vector<SpotDemand> demands(std::int64_t now, double least, const Mirrors& mirrors) override {
    ++plans_;
    fade();
    learn(now);
    std::vector<SpotDemand> demands;
    for (const auto resource : live_)
      for (std::uint16_t cluster = 0; cluster < feed_.clusters; ++cluster)
        if (const auto demand = demand_of(resource, cluster);
            std::max(demand.expected, demand.now) >= least || mirrors.contains(demand.spot))
          demands.push_back(demand);
    for (const auto& [spot, placed] : mirrors)
      if (things_[spot.resource].empty()) demands.push_back({.spot = spot});
    return demands;
  }

 private:
  struct Series {
    std::array<double, 3> faded{};
    double last = 0, before = 0;  // wants in the last interval, and in the one before it
    std::uint32_t fresh = 0, all = 0;
  };
  struct Cell {
    double came = 0, told = 0, samples = 0;
    double some = 0;  // samples of which anything came
  };
  struct Sample {
    std::int64_t until;
    double guess;
    std::uint32_t resource, cell, coarse, all;
    std::uint16_t cluster;
  };

  void fade() {
    std::fill(cluster_sums_.begin(), cluster_sums_.end(), 0);
    std::erase_if(live_, [&](std::uint32_t resource) {
      double left = 0;
      for (std::uint16_t cluster = 0; cluster < feed_.clusters; ++cluster) {
        auto& series = things_[resource][cluster];
        for (std::size_t i = 0; i < kFades.size(); ++i) series.faded[i] = series.faded[i] * keep_[i] + series.fresh;
        series.before = std::exchange(series.last, std::exchange(series.fresh, 0));
        left += series.faded[2];
        cluster_sums_[cluster] += series.faded[2];
      }
      if (left >= 0.02) return false;
      things_[resource] = {};
      return true;
    });
  }

  // What a faded sum is per horizon.
  double per_horizon(const Series& series, std::size_t i) const {
    return series.faded[i] * (1 - keep_[i]) * static_cast<double>(world_.horizon_ms) /
           static_cast<double>(world_.interval_ms);
  }
  // By the clusters' sizes.
  double others(std::uint32_t resource, std::uint16_t cluster) const {
    double wants = 0, sum = 0;
    for (std::uint16_t other = 0; other < feed_.clusters; ++other)
      if (other != cluster) {
        wants += per_horizon(things_[resource][other], 1);
        sum += cluster_sums_[other];
      }
    return sum > 0 ? wants * cluster_sums_[cluster] / sum : 0;
  }

  struct Sight {
    std::uint32_t cell = 0, coarse = 0;
    double guess = 0;
  };
  Sight see(std::uint32_t resource, std::uint16_t cluster) const {
    const auto& series = things_[resource][cluster];
    const auto near = per_horizon(series, 0), usual = per_horizon(series, 1), far = per_horizon(series, 2),
               elsewhere = others(resource, cluster);
    Sight sight;
    for (const auto value : {near, usual, far, elsewhere})
      sight.cell = sight.cell * kSteps + static_cast<std::uint32_t>(step_of(value));
    sight.guess = 0.15 * near + 0.35 * usual + 0.3 * far + 0.2 * elsewhere;
    sight.coarse = kCells + static_cast<std::uint32_t>(step_of(sight.guess) * kSteps + step_of(near));
    return sight;
  }
  // The table tells ratios to the guess, so that what differs within a cell stays different. A cell of few samples leans on a wider one.
  double expected(const Sight& sight) const {
    const Cell &wide = cell(sight.coarse), &fine = cell(sight.cell);
    const auto ratio = (wide.came + kTrust * sight.guess) / (wide.told + kTrust * sight.guess);
    return sight.guess * (fine.came + kTrust * sight.guess * ratio) / (fine.told + kTrust * sight.guess);
  }
  double chance(const Sight& sight) const {
    const Cell &wide = cell(sight.coarse), &fine = cell(sight.cell);
    const auto prior = (wide.some + kTrust * (1 - std::exp(-sight.guess))) / (wide.samples + kTrust);
    return (fine.some + kTrust * prior) / (fine.samples + kTrust);
  }
  const Cell& cell(std::uint32_t number) const {
    static constexpr Cell kEmpty{};
    const auto found = cells_.find(number);
    return found == cells_.end() ? kEmpty : found->second;
  }
  void count(std::uint32_t number, double told, double came) {
    auto& cell = cells_[number];
    cell.came += std::min(came, kMostOver * (told + 1));
    cell.some += came > 0 ? 1 : 0;
    cell.told += told;
    ++cell.samples;
  }

  SpotDemand demand_of(std::uint32_t resource, std::uint16_t cluster) const {
    const auto& series = things_[resource][cluster];
    const auto minutes = static_cast<double>(world_.horizon_ms) / kMinuteMs;
    const auto sight = see(resource, cluster);
    const auto in_horizon = expected(sight);
    const auto last = series.last * static_cast<double>(world_.horizon_ms) / static_cast<double>(world_.interval_ms);
    const auto usual = per_horizon(series, 1);
    SpotDemand demand{
        .spot = {resource, cluster}, .expected = in_horizon / minutes, .now = usual / minutes, .chance = chance(sight)};
    demand.high = (in_horizon + 1.28 * std::sqrt(in_horizon + 1)) / minutes;
    demand.burst = series.before >= 3 && series.last >= 6 && last > 2 * usual;
    if (demand.burst)
      demand.now = std::max(demand.now, (series.last + series.before) / 2 * last / series.last / minutes);
    return demand;
  }

  void learn(std::int64_t now) {
    for (; !samples_.empty() && samples_.front().until <= now; samples_.pop_front()) {
      const auto& sample = samples_.front();
      const auto& thing = things_[sample.resource];
      const auto all = thing.empty() ? 0 : thing[sample.cluster].all;
      const double came = all > sample.all ? all - sample.all : 0;
      count(sample.cell, sample.guess, came);
      count(sample.coarse, sample.guess, came);
    }
    const auto every = std::max<std::int64_t>(1, world_.horizon_ms / world_.interval_ms / 4);
    if (plans_ % every != 0) return;
    for (const auto resource : live_)
      for (std::uint16_t cluster = 0; cluster < feed_.clusters; ++cluster)
        if (const auto sight = see(resource, cluster); sight.guess > 1e-6) {
          samples_.push_back({now + world_.horizon_ms, sight.guess, resource, sight.cell, sight.coarse,
                              things_[resource][cluster].all, cluster});
        }
  }

  const PlacementFeed& feed_;
  const PlacementWorld& world_;
  std::array<double, 3> keep_{};
  std::vector<std::vector<Series>> things_;
  std::vector<std::uint32_t> live_;
  std::vector<double> cluster_sums_;
  std::unordered_map<std::uint32_t, Cell> cells_;
  std::deque<Sample> samples_;
  std::int64_t plans_ = 0;
};

class Clairvoyance final : public DemandSource {
 public:
  Clairvoyance(const PlacementFeed& feed, const PlacementWorld& world) : feed_(feed), world_(world) {}
  void heard(const Want&) override {}
  std::vector<SpotDemand> demands(std::int64_t now, double least, const Mirrors& mirrors) override {
    for (; entered_ < feed_.wants.size() && feed_.wants[entered_].at <= now + world_.horizon_ms; ++entered_)
      ++coming_[key(entered_)];
    for (; left_ < entered_ && feed_.wants[left_].at <= now + world_.delay_ms; ++left_)
      if (const auto found = coming_.find(key(left_)); --found->second == 0) coming_.erase(found);
    const auto minutes = static_cast<double>(world_.horizon_ms) / kMinuteMs;
    std::vector<SpotDemand> demands;
    for (const auto& [key, count] : coming_)
      if (const auto rate = count / minutes; rate >= least || mirrors.contains(spot_of(key)))
        demands.push_back({.spot = spot_of(key), .expected = rate, .high = rate, .now = rate});
    for (const auto& [spot, placed] : mirrors)
      if (!coming_.contains(key_of(spot))) demands.push_back({.spot = spot});
    return demands;
  }

 private:
  std::uint64_t key(std::size_t want) const { return key_of({feed_.wants[want].resource, feed_.wants[want].cluster}); }

  const PlacementFeed& feed_;
  const PlacementWorld& world_;
  std::size_t entered_ = 0, left_ = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> coming_;
};

}  // namespace

std::unique_ptr<DemandSource> make_counting_forecast(const PlacementFeed& feed, const PlacementWorld& world) {
  return std::make_unique<CountingForecast>(feed, world);
}
std::unique_ptr<DemandSource> make_clairvoyance(const PlacementFeed& feed, const PlacementWorld& world) {
  return std::make_unique<Clairvoyance>(feed, world);
}

}  // namespace harbinger::replay
