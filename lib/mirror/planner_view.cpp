#include "mirror/planner_view.h"

#include <algorithm>

#include "mirror/planner_worth.h"

namespace harbinger::mirror {

namespace {

double share(double value) { return value >= 0 ? std::min(value, 1.0) : 0; }

PlanView::Site site_of(const Server& server, const MirrorSettings& settings) {
  PlanView::Site site{.server = &server};
  site.capacity = share(settings.cache_share) * static_cast<double>(server.cache_bytes);
  const auto told = settings.servers.find(std::string(server.name));
  if (told == settings.servers.end()) return site;
  const auto& limits = told->second;
  site.excluded = limits.excluded;
  site.preference = limits.preference;
  site.told_capacity = limits.cache_bytes > 0;
  if (site.told_capacity) site.capacity = static_cast<double>(limits.cache_bytes);
  return site;
}

}  // namespace

PlanView::PlanView(std::span<const Server> servers, std::span<const Held> held, const MirrorSettings& settings) {
  sites_.reserve(servers.size());
  for (const auto& server : servers) {
    const auto number = static_cast<std::uint32_t>(sites_.size());
    if (!site_numbers_.try_emplace(server.name, number).second) continue;
    sites_.push_back(site_of(server, settings));
    sites_.back().cluster = number_cluster(server.cluster);
    sites_of_[sites_.back().cluster].push_back(number);
  }
  for (const auto& each : held)
    add({.held = &each,
         .resource = each.resource,
         .cluster = number_cluster(each.cluster),
         .site = found(site_numbers_, each.server),
         .bytes = static_cast<double>(bytes_of(each.bytes))});
}

std::uint32_t PlanView::number_cluster(std::string_view name) {
  const auto next = clusters();
  const auto [at, fresh] = cluster_numbers_.try_emplace(name, next);
  if (!fresh) return at->second;
  cluster_names_.push_back(name);
  sites_of_.emplace_back();
  mirrors_in_.push_back(0);
  return next;
}

void PlanView::add(const Copy& copy) {
  copies_of_[copy.resource].push_back(static_cast<std::uint32_t>(copies_.size()));
  copies_.push_back(copy);
  count(copy, 1);
}

void PlanView::drop(std::uint32_t copy) {
  if (copies_[copy].dropped) return;
  copies_[copy].dropped = true;
  count(copies_[copy], -1);
}

void PlanView::count(const Copy& copy, int by) {
  const auto more = static_cast<std::size_t>(by);  // wraps, as unsigned numbers do
  mirrors_ += more;
  mirrors_in_[copy.cluster] += more;
  if (copy.site != kNone) sites_[copy.site].used += by * copy.bytes;
}

std::span<const std::uint32_t> PlanView::copies_of(std::uint64_t resource) const {
  const auto found = copies_of_.find(resource);
  return found == copies_of_.end() ? std::span<const std::uint32_t>{} : found->second;
}

std::size_t PlanView::mirrors(std::uint64_t resource, std::uint32_t cluster) const {
  return static_cast<std::size_t>(std::ranges::count_if(copies_of(resource), [&](std::uint32_t number) {
    return copies_[number].cluster == cluster && !copies_[number].dropped;
  }));
}

}  // namespace harbinger::mirror
