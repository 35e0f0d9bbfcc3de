// Clusters from nothing: one for all, which is split as long as that explains more. What single clients have in common by chance is never
// found that way; it would be if many small clusters were merged.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "persona/grouping.h"

namespace harbinger::persona {

// What the clusters explain, less what they cost: as if they had been made by splitting, halves first.
namespace {

constexpr double kSplitAtFirst = 1.25;

}  // namespace

double Grouping::explained() const {
  double sum = 0, all = 0;
  for (const auto& sample : samples_)
    if (sample.cluster != 0) sum += mixture_.score_without(sample.cluster, sample.tokens);
  for (std::uint32_t cluster = 1; cluster < mixture_.end(); ++cluster) all += mixture_.evidence(cluster);
  for (std::uint32_t cluster = 1; cluster < mixture_.end(); ++cluster) {
    const double own = mixture_.evidence(cluster);
    if (mixture_.members(cluster) > 0 && own > 0) sum -= kPerCluster + kDoubt * own * std::log2(all / own);
  }
  return sum;
}

std::vector<std::uint8_t> Grouping::labels() const {
  std::vector<std::uint8_t> labels(samples_.size());
  std::ranges::transform(samples_, labels.begin(), &Sample::cluster);
  return labels;
}

void Grouping::put_all(const std::vector<std::uint8_t>& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (samples_[i].cluster != labels[i]) put(samples_[i], labels[i]);
}

void Grouping::split_what_is_not() {
  for (std::uint32_t cluster = 1; cluster < mixture_.end(); ++cluster)
    while (!ties_[cluster].kept && split(static_cast<std::uint8_t>(cluster), kSplitAtFirst)) {
    }
}

// New clusters get the numbers of the old ones with which they share most samples.
std::vector<std::uint8_t> Grouping::named_after(const std::vector<std::uint8_t>& old) const {
  std::map<std::pair<std::uint8_t, std::uint8_t>, std::uint32_t> shared;
  for (std::size_t i = 0; i < old.size(); ++i) ++shared[{samples_[i].cluster, old[i]}];
  std::vector<std::pair<std::uint32_t, std::pair<std::uint8_t, std::uint8_t>>> order;
  for (const auto& [pair, n] : shared) order.emplace_back(n, pair);
  std::ranges::sort(order, std::greater{});
  std::array<std::uint8_t, Mixture::kMost> name{};
  std::array<bool, Mixture::kMost> used{};
  for (std::uint32_t cluster = 1; cluster < ties_.size(); ++cluster)
    if (ties_[cluster].kept) name[cluster] = static_cast<std::uint8_t>(cluster), used[cluster] = true;
  for (const auto& [n, pair] : order)
    if (pair.second != 0 && name[pair.first] == 0 && !used[pair.second])
      name[pair.first] = pair.second, used[pair.second] = true;
  std::uint32_t next = 1;
  for (const auto& [n, pair] : order) {
    if (pair.first == 0 || name[pair.first] != 0) continue;
    while (next < used.size() && (used[next] || ties_[next].taken)) ++next;
    if (next >= used.size()) break;
    name[pair.first] = static_cast<std::uint8_t>(next), used[next] = true;
  }
  std::vector<std::uint8_t> labels(samples_.size());
  std::ranges::transform(samples_, labels.begin(), [&](const Sample& sample) { return name[sample.cluster]; });
  return labels;
}

// Two clusters whose members share something by chance hold each other apart; so a merger is judged after everybody has chosen anew.
void Grouping::merge_what_explains() {
  double now = explained();
  for (std::uint32_t cluster = 1; cluster < mixture_.end(); ++cluster) {
    if (mixture_.members(cluster) < 3 || ties_[cluster].kept) continue;
    for (const auto other : neighbours(static_cast<std::uint8_t>(cluster))) {
      if (mixture_.members(cluster) == 0) break;
      const auto before = labels();
      for (auto& sample : samples_)
        if (sample.cluster == cluster) put(sample, other);
      sweep(samples_.size());
      const double then = explained();
      if (then > now) {
        now = then;
        break;
      }
      put_all(before);
    }
  }
}

void Grouping::rebuild() {
  renew();
  may_be_born_ = false;
  const auto old = labels();
  const double before = explained();
  const auto bound = [&](const Sample& sample) { return ties_[sample.cluster].kept; };
  for (auto& sample : samples_)
    if (!bound(sample)) put(sample, 0);
  const auto all = newborn();
  if (all == 0) {
    may_be_born_ = true;
    return;
  }
  for (auto& sample : samples_)
    if (!bound(sample)) put(sample, all);
  for (int round = 0; round < 3; ++round) {
    const auto changes = changes_;
    split_what_is_not();
    sweep(samples_.size());
    merge_what_is_alike();
    if (changes_ == changes) break;
  }
  merge_what_explains();
  if (explained() > before)
    put_all(named_after(old));
  else
    put_all(old);
  merged_.clear();
  may_be_born_ = true;
  ++changes_;
}

}  // namespace harbinger::persona
