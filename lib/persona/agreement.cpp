#include "persona/agreement.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace harbinger::persona {

namespace {

using Counts = std::map<std::uint32_t, double>;

double pairs(double n) { return n * (n - 1) / 2; }

double pairs_in(const Counts& counts) {
  double sum = 0;
  for (const auto& [key, n] : counts) sum += pairs(n);
  return sum;
}

double entropy(const Counts& counts, double all) {
  double sum = 0;
  for (const auto& [key, n] : counts) sum -= n / all * std::log(n / all);
  return sum;
}

}  // namespace

Agreement agreement_of(std::span<const std::uint32_t> labels, std::span<const std::uint32_t> groups) {
  Agreement agreement;
  const auto all = static_cast<double>(std::min(labels.size(), groups.size()));
  if (all < 2) return {1, 1, 1, 1};
  Counts by_label, by_group;
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> cells;
  for (std::size_t i = 0; i < static_cast<std::size_t>(all); ++i)
    ++by_label[labels[i]], ++by_group[groups[i]], ++cells[{groups[i], labels[i]}];

  double together = 0, mutual = 0;
  std::map<std::uint32_t, std::pair<double, std::uint32_t>> majority;
  for (const auto& [cell, n] : cells) {
    together += pairs(n);
    mutual += n / all * std::log(n * all / (by_group[cell.first] * by_label[cell.second]));
    auto& most = majority[cell.first];
    if (n > most.first) most = {n, cell.second};
  }
  const double expected = pairs_in(by_label) * pairs_in(by_group) / pairs(all);
  const double best = (pairs_in(by_label) + pairs_in(by_group)) / 2;
  agreement.rand = best == expected ? 1 : (together - expected) / (best - expected);
  const double entropies = entropy(by_label, all) + entropy(by_group, all);
  agreement.mutual = entropies == 0 ? 1 : 2 * mutual / entropies;
  std::set<std::uint32_t> led;
  for (const auto& [group, most] : majority) agreement.purity += most.first / all, led.insert(most.second);
  agreement.groups_per_label = static_cast<double>(majority.size()) / static_cast<double>(led.size());
  return agreement;
}

}  // namespace harbinger::persona
