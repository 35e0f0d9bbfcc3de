// From forecasts to wishes.
#include <algorithm>
#include <cmath>

#include "mirror/engine_core.h"

namespace harbinger::mirror {

namespace {

constexpr std::size_t kMostWould = 1000;
constexpr std::uint64_t kKeptEvery = 10;  // plans: what was learnt since is lost in a crash

}  // namespace

std::string EngineCore::name_of(std::uint64_t resource) const {
  const auto known = known_.find(resource);
  return known == known_.end() ? std::string() : known->second.name;
}

// Of what this server decides about.
std::vector<Demand> EngineCore::demands() {
  std::vector<Demand> all;
  for (const auto& each : outlook_) {
    const auto known = known_.find(each.resource);
    const auto cluster = clusters_.find(each.cluster);
    if (known == known_.end() || cluster == clusters_.end()) continue;
    if (!world_.share->owns(each.resource, cluster->second, settings_.desk.margin)) continue;
    const auto bytes = known->second.bytes != 0 ? known->second.bytes : settings_.usual_bytes;
    all.push_back({.resource = each.resource,
                   .cluster = cluster->second,
                   .type = known->second.found.type,
                   .bytes = bytes,
                   .expected = each.expected,
                   .high = each.high,
                   .now = each.now,
                   .burst = each.burst});
  }
  return all;
}

std::vector<Server> EngineCore::planned_servers(const std::vector<edge::EdgeHub::EdgeState>& edges) const {
  const auto up = servers();
  std::vector<Server> all;
  for (const auto& each : edges) {
    const auto endpoint = world_.steering->book().definition_of(each.endpoint);
    Server server{.name = each.name, .cluster = each.cluster, .cache_bytes = each.cache_bytes};
    server.load = std::clamp(each.load, 0.0, 1.0);
    server.trust = each.trust;
    server.up = up.contains(each.name) && each.takes_jobs;
    if (endpoint) server.place = endpoint->place;
    if (endpoint && std::isfinite(endpoint->cost)) server.cost = endpoint->cost;
    all.push_back(server);
  }
  return all;
}

std::vector<Held> EngineCore::held() const {
  std::vector<Held> all;
  desk_.each([&](const MirrorDesk::Mirror& mirror) {
    if (mirror.step == Step::draining || is_over(mirror.step)) return;
    const auto hash = resource_hash(mirror.wish.resource);
    const auto known = known_.find(hash);
    const auto bytes = known == known_.end() || known->second.bytes == 0 ? settings_.usual_bytes : known->second.bytes;
    const bool published = mirror.step == Step::published;
    all.push_back({hash, mirror.wish.cluster, mirror.wish.at.server, bytes, published,
                   published ? mirror.published : mirror.decided});
  });
  return all;
}

void EngineCore::plan() {
  newcomers_ = false;
  world_.demands->step(calendar());
  outlook_ = world_.demands->outlook(0);
  const auto edges = world_.hub->edges();
  note_clusters(edges);
  std::vector<SharedForecast> told;
  for (const auto& each : outlook_)
    if (const auto cluster = clusters_.find(each.cluster); cluster != clusters_.end())
      told.push_back({each.resource, cluster->second, static_cast<float>(each.expected), static_cast<float>(each.high),
                      static_cast<float>(each.now)});
  world_.share->tell(std::move(told));
  const auto wanted = demands();
  const auto at = now();
  desk_.servers(servers(), at);
  carry_out(world_.planner->plan(wanted, planned_servers(edges), held(), settings_.mirrors, at), at);
  forget_unwanted();
  act();
  if (world_.keep && ++plans_ % kKeptEvery == 0) world_.keep(world_.demands->save());
}

void EngineCore::carry_out(const Plan& plan, MonotonicTime now) {
  passed_.clear();
  for (const auto& each : plan.passed) passed_.push_back({name_of(each.resource), each.cluster, each.why});
  metrics_.passed.add(plan.passed.size());
  if (settings_.mirrors.dry_run) {
    would_.clear();
    for (const auto& each : plan.add)
      if (would_.size() < kMostWould)
        would_.push_back({name_of(each.resource), each.cluster, "on " + each.server + ": " + each.why});
    return metrics_.would.add(plan.add.size());
  }
  for (const auto& each : plan.drop) desk_.unwant(name_of(each.resource), each.cluster, each.server, each.why, now);
  for (const auto& each : plan.add) decide(each, now);
}

void EngineCore::decide(const Plan::Add& add, MonotonicTime now) {
  const auto name = name_of(add.resource);
  if (name.empty() || !world_.share->owns(add.resource, add.cluster, settings_.desk.margin)) return;
  Wish wish{.resource = name,
            .cluster = add.cluster,
            .at = {.server = add.server},
            .benefit = add.benefit,
            .rank = add.score.total,
            .why = add.why};
  if (!desk_.want(std::move(wish), now)) return;
  yields_[{name, add.cluster, add.server}] = {.score = add.score};
  ++decided_;
  metrics_.decided.add();
}

}  // namespace harbinger::mirror
