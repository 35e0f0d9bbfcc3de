#include "server/replay/placement_world.h"

#include <deque>
#include <numeric>

namespace harbinger::replay {

namespace {

// One edge: mirrors keep their place, what clients asked for has the rest.
class Edge {
 public:
  Edge(const PlacementFeed& feed, std::uint64_t capacity, bool lru)
      : feed_(feed),
        capacity_(capacity),
        local_(lru ? make_lru(feed.bytes) : make_sieve(feed.bytes)),
        mirrored_(feed.bytes.size()) {
    local_->resize(capacity);
  }

  bool mirrors(std::uint32_t resource) const { return mirrored_[resource]; }
  /// Whether what a client wants was there without the origin.
  bool serve(std::uint32_t resource) {
    const bool hit = mirrored_[resource] || local_->has(resource);
    if (!mirrored_[resource]) hit ? local_->used(resource) : local_->insert(resource);
    return hit;
  }
  /// Octets that had to be moved for it.
  std::uint64_t fill(std::uint32_t resource) {
    const bool has = local_->has(resource);
    local_->erase(resource);
    mirrored_[resource] = true;
    mirror_octets_ += feed_.bytes[resource];
    fit();
    return has ? 0 : feed_.bytes[resource];
  }
  // The content stays, as anything that clients asked for.
  void withdraw(std::uint32_t resource) {
    mirrored_[resource] = false;
    mirror_octets_ -= feed_.bytes[resource];
    fit();
    local_->insert(resource);
  }

 private:
  void fit() { local_->resize(capacity_ > mirror_octets_ ? capacity_ - mirror_octets_ : 0); }

  const PlacementFeed& feed_;
  const std::uint64_t capacity_;
  std::uint64_t mirror_octets_ = 0;
  std::unique_ptr<LocalCache> local_;
  std::vector<bool> mirrored_;
};

class Run {
 public:
  Run(const PlacementFeed& feed, const PlacementWorld& world, Placer* placer)
      : feed_(feed), world_(world), placer_(placer), judged_from_(world.judged_from(feed)) {
    for (const auto octets : world.capacity(feed)) edges_.emplace_back(feed, octets, world.lru);
  }

  PlacementReport go() {
    if (feed_.wants.empty()) return report_;
    next_plan_ = feed_.wants.front().at + world_.interval_ms;
    for (std::size_t i = 0; i < feed_.wants.size(); ++i) {
      judged_ = i >= judged_from_;
      pass_to(feed_.wants[i].at);
      serve(feed_.wants[i]);
    }
    finish(feed_.wants.back().at);
    return report_;
  }

 private:
  struct Life {
    bool counts = false;
    std::uint64_t pushed = 0, served = 0;
  };

  void pass_to(std::int64_t now) {
    while (placer_ != nullptr && next_plan_ <= now) {
      publish_until(next_plan_);
      plan(next_plan_);
      next_plan_ += world_.interval_ms;
    }
    publish_until(now);
  }
  void publish_until(std::int64_t now) {
    for (; !coming_.empty() && mirrors_.at(coming_.front()).published <= now; coming_.pop_front())
      publish(coming_.front());
  }
  void publish(const Spot& spot) {
    const auto moved = edges_[spot.cluster].fill(spot.resource);
    placer_->pushed(moved, mirrors_.at(spot).published);
    lives_[spot] = {judged_, moved, 0};
    if (judged_) report_.pushed_octets += moved;
  }
  void plan(std::int64_t now) {
    const auto moves = placer_->plan(now, mirrors_);
    for (const auto& spot : moves.drop) {
      if (!lives_.contains(spot)) continue;  // on its way: it comes first
      edges_[spot.cluster].withdraw(spot.resource);
      end(spot);
      mirrors_.erase(spot);
    }
    for (const auto& spot : moves.add)
      if (mirrors_.try_emplace(spot, Placed{now, now + world_.delay_ms}).second) coming_.push_back(spot);
  }
  void serve(const Want& want) {
    auto& edge = edges_[want.cluster];
    const bool mirrored = edge.mirrors(want.resource), hit = edge.serve(want.resource);
    const auto bytes = feed_.bytes[want.resource];
    if (placer_ != nullptr) placer_->heard(want);
    if (mirrored) lives_[{want.resource, want.cluster}].served += bytes;
    if (!judged_) return;
    ++report_.requests;
    report_.octets += bytes;
    report_.missed_requests += hit ? 0 : 1;
    report_.missed_octets += hit ? 0 : bytes;
    report_.mirror_requests += mirrored ? 1 : 0;
    report_.mirror_octets += mirrored ? bytes : 0;
    if (!hit && mirrors_.contains({want.resource, want.cluster})) ++report_.late;
    if (feed_.flash.empty() || !feed_.flash[want.resource]) return;
    ++report_.flash;
    report_.flash_in_time += mirrored ? 1 : 0;
  }
  void end(const Spot& spot) {
    const auto life = lives_.extract(spot).mapped();
    if (!life.counts) return;
    ++report_.mirrors;
    if (life.served == 0 || life.served < life.pushed) ++report_.false_mirrors;
  }
  // Those that the end cut off before their horizon are not judged.
  void finish(std::int64_t now) {
    for (const auto& [spot, placed] : mirrors_)
      if (lives_.contains(spot) && placed.published + world_.horizon_ms <= now) end(spot);
  }

  const PlacementFeed& feed_;
  const PlacementWorld& world_;
  Placer* const placer_;
  const std::size_t judged_from_;
  std::vector<Edge> edges_;
  Mirrors mirrors_;
  std::map<Spot, Life> lives_;  // of what is published
  std::deque<Spot> coming_;
  std::int64_t next_plan_ = 0;
  bool judged_ = false;
  PlacementReport report_;
};

}  // namespace

std::vector<std::uint64_t> PlacementWorld::capacity(const PlacementFeed& feed) const {
  const auto all = std::accumulate(feed.bytes.begin(), feed.bytes.end(), 0.0);
  return std::vector<std::uint64_t>(feed.clusters, static_cast<std::uint64_t>(all * cache_part));
}

std::size_t PlacementWorld::judged_from(const PlacementFeed& feed) const {
  return static_cast<std::size_t>(static_cast<double>(feed.wants.size()) * score_from);
}

PlacementReport run_placement(const PlacementFeed& feed, const PlacementWorld& world, Placer* placer) {
  return Run(feed, world, placer).go();
}

}  // namespace harbinger::replay
