#include "mirror/planner_carry.h"

#include <algorithm>
#include <unordered_set>

#include "mirror/planner_memory.h"
#include "mirror/planner_worth.h"

namespace harbinger::mirror {

namespace {

constexpr std::size_t kMostResources = 4096, kMostSamples = 1024, kMostClusters = 4096;
constexpr double kPriorShare = 0.5;  // carries over, before anything was learnt
constexpr double kPriorWeight = 20;  // as so many samples in a plan
constexpr double kMemory = 20'000;   // of samples in plans that are remembered
constexpr double kPriorChance = 0.95, kChanceWeight = 5, kChanceMemory = 200;
constexpr double kLittle = 0.1;     // less than this part of what was told is as good as nothing
constexpr double kMostCarried = 2;  // so that one that came a hundredfold does not speak for those that did not come

std::uint64_t own_key(std::uint64_t resource, std::uint32_t cluster) {
  return resource * 0x9e3779b97f4a7c15ULL + cluster;
}

}  // namespace

double CarryOver::learnt(std::string_view cluster) const {
  const auto found = learnt_.find(std::string(cluster));
  if (found == learnt_.end()) return kPriorShare;
  return (found->second.came + kPriorShare * kPriorWeight) / (found->second.told + kPriorWeight);
}

double CarryOver::chance(std::string_view cluster) const {
  const auto found = learnt_.find(std::string(cluster));
  if (found == learnt_.end()) return kPriorChance;
  return (found->second.some + kPriorChance * kChanceWeight) / (found->second.ended + kChanceWeight);
}

void CarryOver::pool(std::span<const Demand> demands, const PlanView& view) {
  pooled_.clear();
  all_ = 0;
  sizes_.assign(view.clusters(), 0);
  pooled_.reserve(demands.size());
  for (const auto& demand : demands) {
    const auto cluster = view.cluster(demand.cluster);
    const auto wanted = wanted_of(demand);
    if (cluster == PlanView::kNone) continue;
    sizes_[cluster] += came_of(demand);
    all_ += came_of(demand);
    if (wanted <= 0) continue;
    auto& pooled = pooled_[demand.resource];
    if (pooled.like == nullptr || wanted > wanted_of(*pooled.like)) pooled.like = &demand;
    pooled.all += wanted;
  }
}

std::vector<std::pair<std::uint64_t, CarryOver::Pooled>> CarryOver::most_wanted() const {
  std::vector<std::pair<std::uint64_t, Pooled>> order(pooled_.begin(), pooled_.end());
  const auto above = [](const auto& a, const auto& b) {
    return a.second.all != b.second.all ? a.second.all > b.second.all : a.first < b.first;
  };
  const auto most = std::min(order.size(), kMostResources);
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(most), above);
  order.resize(most);
  return order;
}

double CarryOver::own(std::uint64_t resource, std::uint32_t cluster) const {
  const auto found = own_.find(own_key(resource, cluster));
  return found == own_.end() ? 0 : found->second;
}

double CarryOver::told_by_others(const Pooled& pooled, double mine, std::uint32_t cluster) const {
  const auto others = all_ - sizes_[cluster];
  return others > 0 ? (pooled.all - mine) / others * sizes_[cluster] : 0;
}

void CarryOver::sample(std::uint64_t resource, std::string_view cluster, double told, MonotonicTime now) {
  if (samples_.size() >= kMostSamples) return;
  samples_.try_emplace(mirror_key(resource, cluster), Sample{std::string(cluster), now, told});
}

// Each plan, what came of late is set against what was told; after a horizon a sample makes room.
void CarryOver::learn(std::span<const Demand> demands, const MirrorSettings& settings, MonotonicTime now) {
  for (auto& [key, sample] : samples_) sample.came = 0;
  for (const auto& demand : demands)
    if (const auto found = samples_.find(mirror_key(demand.resource, demand.cluster)); found != samples_.end())
      found->second.came = came_of(demand);
  for (auto& [key, sample] : samples_) {
    sample.any = sample.any || sample.came > kLittle * sample.told;
    if (now > sample.since) count(sample);
  }
  std::erase_if(samples_, [&](const auto& entry) {
    const bool ends = now - entry.second.since > settings.horizon;
    if (ends) count_end(entry.second);
    return ends;
  });
}

void CarryOver::count(const Sample& sample) {
  if (learnt_.size() >= kMostClusters && !learnt_.contains(sample.cluster)) return;
  auto& learnt = learnt_[sample.cluster];
  learnt.told += 1;
  learnt.came += std::min(sample.came / sample.told, kMostCarried);
  const auto fade = kMemory / std::max(learnt.told, kMemory);
  learnt.told *= fade;
  learnt.came *= fade;
}

void CarryOver::count_end(const Sample& sample) {
  const auto found = learnt_.find(sample.cluster);
  if (found == learnt_.end()) return;
  auto& learnt = found->second;
  ++learnt.ended;
  learnt.some += sample.any ? 1 : 0;
  const auto fade = kChanceMemory / std::max(learnt.ended, kChanceMemory);
  learnt.ended *= fade;
  learnt.some *= fade;
}

// What each of the most wanted resources is wanted in each cluster itself.
void CarryOver::collect_own(std::span<const Demand> demands, const PlanView& view,
                            const std::vector<std::pair<std::uint64_t, Pooled>>& wanted) {
  std::unordered_set<std::uint64_t> chosen;
  for (const auto& [resource, pooled] : wanted) chosen.insert(resource);
  own_.clear();
  for (const auto& demand : demands)
    if (chosen.contains(demand.resource))
      own_[own_key(demand.resource, view.cluster(demand.cluster))] += wanted_of(demand);
}

std::vector<Carried> CarryOver::expect(std::span<const Demand> demands, const PlanView& view,
                                       const MirrorSettings& settings, MonotonicTime now) {
  std::vector<Carried> carried;
  if (view.clusters() < 2) return carried;
  learn(demands, settings, now);
  pool(demands, view);
  const auto wanted = most_wanted();
  collect_own(demands, view, wanted);
  const Thresholds thresholds(settings);
  for (const auto& [resource, pooled] : wanted)
    for (std::uint32_t cluster = 0; cluster < view.clusters(); ++cluster) {
      const auto threshold = thresholds.of(pooled.like->type).publish;
      const auto mine = own(resource, cluster), told = told_by_others(pooled, mine, cluster);
      if (told < threshold || told <= mine || view.sites_of(cluster).empty()) continue;
      sample(resource, view.cluster_name(cluster), told, now);
      const auto expected = told * learnt(view.cluster_name(cluster));
      if (expected >= threshold && expected > mine && chance(view.cluster_name(cluster)) >= kLeastChance)
        carried.push_back({pooled.like, cluster, expected});
    }
  return carried;
}

}  // namespace harbinger::mirror
