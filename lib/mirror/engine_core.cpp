#include "mirror/engine_core.h"

#include <algorithm>

#include <harbinger/foresight.h>
#include <harbinger/resource_text.h>
#include "base/calendar.h"

namespace harbinger::mirror {

namespace {

constexpr std::size_t kMostUnknown = 1'000'000;

}  // namespace

EngineCore::EngineCore(MirrorEngine::Settings settings, MirrorEngine::World world, Post post)
    : settings_(std::move(settings)),
      world_(std::move(world)),
      post_(std::move(post)),
      metrics_(*world_.metrics),
      desk_(settings_.desk, {[this](std::string_view resource, std::string_view cluster, Duration margin) {
                               return world_.share->owns(resource_hash(resource), cluster, margin);
                             },
                             [this](std::string_view resource, std::string_view cluster) {
                               return world_.share->next_version(resource_hash(resource), cluster);
                             }}),
      publisher_(*world_.share, *world_.own, world_.elsewhere),
      disk_({.metrics = *world_.metrics,
             .prefix = "harbinger_mirror",
             .log = world_.log,
             .meanwhile = "nothing new is published until it can be written"}) {
  desk_.settings(settings_.mirrors);
}

UnixMillis EngineCore::calendar() const { return calendar_ms(*world_.clock); }

void EngineCore::settings(const MirrorSettings& settings) {
  settings_.mirrors = settings;
  desk_.settings(settings);
}

// Names for which no rule holds are told from others by one look.
const EngineCore::Known* EngineCore::know(std::uint64_t resource, std::string_view name) {
  if (const auto known = known_.find(resource); known != known_.end()) return &known->second;
  if (unknown_.contains(resource) || known_.size() >= settings_.resources) return nullptr;
  auto found = settings_.rules.find(name);
  if (!found) {
    if (unknown_.size() >= kMostUnknown) unknown_.clear();
    unknown_.insert(resource);
    return nullptr;
  }
  return &known_.emplace(resource, Known{std::string(name), std::move(*found), 0}).first->second;
}

void EngineCore::asked(std::uint64_t resource, std::string_view name, ClusterId cluster) {
  if (!know(resource, name)) return;
  world_.demands->count(resource, cluster, 1);
  const auto decided = decisions_.find({resource, cluster});
  if (decided == decisions_.end()) return;
  ++(decided->second ? lateness_.after : lateness_.before);
  (decided->second ? metrics_.in_time : metrics_.late).add();
}

// A mirror gains what would have been a miss without it: the first request for each of its URLs.
void EngineCore::fetched(const std::string& edge, const std::string& resource, bool hit, std::uint64_t bytes) {
  world_.planner->served(bytes, now());
  if (!hit) return;
  const auto host = host_of(resource);
  for (auto yield = yields_.lower_bound({std::string(host), {}, {}});
       yield != yields_.end() && std::get<0>(yield->first) == host; ++yield) {
    if (std::get<2>(yield->first) != edge) continue;
    auto& [place, what] = *yield;
    const bool first =
        what.urls.size() < edge::WarmRules::kMostUrls && what.urls.insert(resource_hash(resource)).second;
    ++what.hits, ++hits_;
    what.bytes += bytes;
    gained_ += first;
    metrics_.hits.add();
    if (first) metrics_.gained.add();
  }
}

void EngineCore::expect(const ExternalEvent& event) {
  world_.demands->expect(event, [this, event](std::uint64_t resource, ClusterId cluster) {
    const auto known = known_.find(resource);
    if (known == known_.end() || !matches_pattern(event.resources, known->second.name)) return false;
    return event.cluster.empty() || cluster == world_.own->cluster(event.cluster);
  });
}

void EngineCore::recover() {
  const auto lease = std::chrono::duration_cast<std::chrono::milliseconds>(settings_.mirrors.lease);
  for (const auto& entry : world_.journal->entries()) {
    know(resource_hash(entry.what.resource), entry.what.resource);
    const auto left = std::clamp<UnixMillis>(entry.until - calendar(), 0, lease.count());
    desk_.recover(entry.what, std::chrono::milliseconds(left), now());
  }
}

void EngineCore::look() {
  note_clusters(world_.hub->edges());
  for (const auto& what : world_.share->published()) {
    const auto hash = resource_hash(what.resource);
    if (!world_.share->owns(hash, what.cluster, settings_.desk.margin)) continue;
    know(hash, what.resource);
    desk_.recover(what, what.lease, now());
  }
  const auto up = servers();
  newcomers_ =
      newcomers_ || std::ranges::any_of(up, [&](const auto& each) { return !desk_.servers().contains(each.first); });
  desk_.servers(up, now());
  desk_.tick(now());
  write_settled();
  world_.own->tick();
  act();
}

void EngineCore::note_clusters(const std::vector<edge::EdgeHub::EdgeState>& edges) {
  for (const auto& each : edges) clusters_[world_.own->cluster(each.cluster)] = each.cluster;
}

// Those that are there, and whose endpoint says how clients reach them.
MirrorDesk::Servers EngineCore::servers() const {
  MirrorDesk::Servers up;
  auto& book = world_.steering->book();
  for (const auto& each : world_.hub->edges()) {
    const auto endpoint = book.definition_of(each.endpoint);
    if (!each.connected || each.down || !endpoint || endpoint->addresses.empty()) continue;
    const auto id = book.id_of(each.endpoint);
    const auto state = id ? book.state_of(*id) : std::nullopt;
    if (state && !state->up) continue;
    up[each.name] = {each.name, endpoint->target, endpoint->addresses, endpoint->port};
  }
  return up;
}

// What nobody wants and nothing holds is not worth its memory.
void EngineCore::forget_unwanted() {
  std::set<Place> there;
  desk_.each(
      [&](const auto& mirror) { there.insert({mirror.wish.resource, mirror.wish.cluster, mirror.wish.at.server}); });
  std::erase_if(yields_, [&](const auto& each) { return !there.contains(each.first); });
  if (known_.size() < settings_.resources / 2) return;
  std::unordered_set<std::uint64_t> wanted;
  for (const auto& each : outlook_) wanted.insert(each.resource);
  desk_.each([&](const auto& mirror) { wanted.insert(resource_hash(mirror.wish.resource)); });
  std::erase_if(known_, [&](const auto& each) { return !wanted.contains(each.first); });
}

void EngineCore::note_steps() {
  std::array<std::uint32_t, 9> steps{};
  decisions_.clear();
  desk_.each([&](const MirrorDesk::Mirror& mirror) {
    ++steps[static_cast<std::size_t>(mirror.step)];
    auto& told = decisions_[{resource_hash(mirror.wish.resource), world_.own->cluster(mirror.wish.cluster)}];
    told = told || mirror.step == Step::published;
  });
  for (std::size_t i = 0; i < steps.size(); ++i) metrics_.steps[i] = steps[i];
}

}  // namespace harbinger::mirror
