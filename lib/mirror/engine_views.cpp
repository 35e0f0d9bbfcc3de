// What people are shown.
#include <algorithm>
#include <set>

#include "mirror/engine_core.h"

namespace harbinger::mirror {

MirrorEngine::MirrorState EngineCore::state_of(const MirrorDesk::Mirror& mirror) const {
  MirrorEngine::MirrorState state{.mirror = mirror};
  state.for_s = std::chrono::duration<double>(now() - mirror.since).count();
  const auto known = known_.find(resource_hash(mirror.wish.resource));
  if (known != known_.end()) state.bytes = known->second.bytes;
  const std::pair place{resource_hash(mirror.wish.resource), world_.own->cluster(mirror.wish.cluster)};
  const auto demand = std::ranges::lower_bound(
      outlook_, place, {}, [](const Outlook& each) { return std::pair(each.resource, each.cluster); });
  if (demand != outlook_.end() && std::pair(demand->resource, demand->cluster) == place)
    state.expected = demand->expected, state.now = demand->now;
  const auto told = world_.own->find(mirror.wish.resource, mirror.wish.cluster);
  if (told && std::ranges::find(told->servers, mirror.wish.at) != told->servers.end())
    state.version = told->version, state.lease = told->lease;
  const auto yield = yields_.find({mirror.wish.resource, mirror.wish.cluster, mirror.wish.at.server});
  if (yield == yields_.end()) return state;
  state.score = yield->second.score;
  state.hits = yield->second.hits;
  state.bytes_served = yield->second.bytes;
  return state;
}

MirrorEngine::State EngineCore::state() const {
  MirrorEngine::State state;
  for (const auto& each : desk_.mirrors()) state.mirrors.push_back(state_of(each));
  state.passed = passed_;
  state.would = would_;
  state.accuracy = world_.demands->accuracy();
  state.bytes_pushed = bytes_pushed_;
  state.hits = hits_;
  state.hits_gained = gained_;
  state.lateness = lateness_;
  state.decided = decided_;
  state.failed = failed_;
  state.lost = lost_;
  state.journal_trouble = disk_.trouble();
  state.share = world_.share->state();
  state.dry_run = settings_.mirrors.dry_run;
  return state;
}

std::vector<MirrorEngine::Why> EngineCore::why(std::string_view name, std::string_view cluster) const {
  const auto hash = resource_hash(name);
  std::set<std::string> clusters;
  for (const auto& each : outlook_)
    if (each.resource == hash)
      if (const auto known = clusters_.find(each.cluster); known != clusters_.end()) clusters.insert(known->second);
  const auto mirrors = desk_.mirrors();
  for (const auto& each : mirrors)
    if (each.wish.resource == name) clusters.insert(each.wish.cluster);
  if (!cluster.empty()) clusters = {std::string(cluster)};

  std::vector<MirrorEngine::Why> all;
  for (const auto& where : clusters) {
    MirrorEngine::Why why{.resource = std::string(name), .cluster = where};
    const auto id = world_.own->cluster(where);
    const auto found = settings_.rules.find(name);
    why.type = found ? found->type : "";
    why.rule = found ? "" : "no rule holds for the name: it is never mirrored";
    why.forecast = world_.demands->explain(hash, id);
    why.owned = world_.share->owns(hash, where, settings_.desk.margin);
    for (const auto& each : outlook_)
      if (each.resource == hash && each.cluster == id)
        why.expected = each.expected, why.high = each.high, why.now = each.now, why.burst = each.burst;
    for (const auto& each : passed_)
      if (each.resource == name && each.cluster == where) why.verdict = each.why;
    for (const auto& each : would_)
      if (each.resource == name && each.cluster == where) why.verdict = "would be mirrored " + each.why;
    for (const auto& each : mirrors)
      if (each.wish.resource == name && each.wish.cluster == where) why.mirrors.push_back(state_of(each));
    all.push_back(std::move(why));
  }
  return all;
}

}  // namespace harbinger::mirror
