#include "server/replay/placement_placers.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace harbinger::replay {

namespace {

constexpr std::int64_t kDay = 24LL * 3600 * 1000;

class YesterdaysTop final : public Placer {
 public:
  YesterdaysTop(const PlacementFeed& feed, const PlacementWorld& world, double part)
      : feed_(feed), counts_(feed.clusters) {
    for (const auto octets : world.capacity(feed))
      room_.push_back(static_cast<double>(octets) * world.mirror_share * part);
  }
  void heard(const Want& want) override { ++counts_[want.cluster][want.resource]; }
  void pushed(std::uint64_t, std::int64_t) override {}
  Moves plan(std::int64_t now, const Mirrors& mirrors) override {
    Moves moves;
    if (now / kDay == day_) return moves;
    const bool first = std::exchange(day_, now / kDay) < 0;
    if (first) return moves;
    std::map<Spot, bool> wanted;
    for (std::uint16_t cluster = 0; cluster < feed_.clusters; ++cluster) choose(cluster, wanted);
    for (const auto& [spot, placed] : mirrors)
      if (!wanted.contains(spot)) moves.drop.push_back(spot);
    for (const auto& [spot, yes] : wanted)
      if (!mirrors.contains(spot)) moves.add.push_back(spot);
    return moves;
  }

 private:
  void choose(std::uint16_t cluster, std::map<Spot, bool>& wanted) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> order;
    for (const auto& [resource, count] : counts_[cluster]) order.emplace_back(count, resource);
    std::ranges::sort(order, std::greater{});
    auto room = room_[cluster];
    for (const auto& [count, resource] : order)
      if ((room -= feed_.bytes[resource]) >= 0)
        wanted.emplace(Spot{resource, cluster}, true);
      else
        break;
    counts_[cluster].clear();
  }

  const PlacementFeed& feed_;
  std::vector<double> room_;
  std::vector<std::unordered_map<std::uint32_t, std::uint32_t>> counts_;
  std::int64_t day_ = -1;
};

class Planned final : public Placer {
 public:
  Planned(const PlacementFeed& feed, const PlacementWorld& world, const mirror::MirrorSettings& settings,
          std::unique_ptr<DemandSource> source)
      : feed_(feed), settings_(settings), source_(std::move(source)) {
    const auto capacity = world.capacity(feed);
    for (std::uint16_t i = 0; i < feed.clusters; ++i) {
      clusters_.push_back("cluster-" + std::to_string(i));
      edges_.push_back("edge-" + std::to_string(i));
    }
    for (std::uint16_t i = 0; i < feed.clusters; ++i)
      servers_.push_back({.name = edges_[i], .cluster = clusters_[i], .cache_bytes = capacity[i]});
  }
  void heard(const Want& want) override {
    source_->heard(want);
    served_ += feed_.bytes[want.resource];
  }
  void pushed(std::uint64_t octets, std::int64_t now) override { planner_->pushed(octets, time(now)); }
  Moves plan(std::int64_t now, const Mirrors& mirrors) override {
    planner_->served(std::exchange(served_, 0), time(now));
    const auto demands = demands_of(now, mirrors);
    const auto plan = planner_->plan(demands, servers_, held_of(now, mirrors), settings_, time(now));
    Moves moves;
    for (const auto& drop : plan.drop)
      moves.drop.push_back({static_cast<std::uint32_t>(drop.resource), number(drop.cluster)});
    for (const auto& add : plan.add)
      moves.add.push_back({static_cast<std::uint32_t>(add.resource), number(add.cluster)});
    return moves;
  }

 private:
  static MonotonicTime time(std::int64_t ms) { return {ms * 1'000'000}; }
  std::uint16_t number(const std::string& cluster) const {
    return static_cast<std::uint16_t>(std::ranges::find(clusters_, cluster) - clusters_.begin());
  }
  std::vector<mirror::Demand> demands_of(std::int64_t now, const Mirrors& mirrors) {
    std::vector<mirror::Demand> demands;
    for (const auto& each : source_->demands(now, settings_.threshold.publish / 4, mirrors))
      demands.push_back(demand(each));
    return demands;
  }
  mirror::Demand demand(const SpotDemand& each) const {
    return {.resource = each.spot.resource,
            .cluster = clusters_[each.spot.cluster],
            .bytes = feed_.bytes[each.spot.resource],
            .expected = each.expected,
            .high = each.high,
            .now = each.now,
            .chance = each.chance,
            .burst = each.burst};
  }
  std::vector<mirror::Held> held_of(std::int64_t now, const Mirrors& mirrors) const {
    std::vector<mirror::Held> held;
    for (const auto& [spot, placed] : mirrors)
      held.push_back({.resource = spot.resource,
                      .cluster = clusters_[spot.cluster],
                      .server = edges_[spot.cluster],
                      .bytes = feed_.bytes[spot.resource],
                      .published = placed.published <= now,
                      .since = time(placed.published <= now ? placed.published : placed.decided)});
    return held;
  }

  const PlacementFeed& feed_;
  const mirror::MirrorSettings settings_;
  std::unique_ptr<DemandSource> source_;
  std::unique_ptr<mirror::MirrorPlanner> planner_ = mirror::MirrorPlanner::make();
  std::vector<std::string> clusters_, edges_;
  std::vector<mirror::Server> servers_;
  std::uint64_t served_ = 0;
};

}  // namespace

std::unique_ptr<Placer> make_yesterdays_top(const PlacementFeed& feed, const PlacementWorld& world, double part) {
  return std::make_unique<YesterdaysTop>(feed, world, part);
}

std::unique_ptr<Placer> make_planned(const PlacementFeed& feed, const PlacementWorld& world,
                                     const mirror::MirrorSettings& settings, std::unique_ptr<DemandSource> source) {
  return std::make_unique<Planned>(feed, world, settings, std::move(source));
}

}  // namespace harbinger::replay
