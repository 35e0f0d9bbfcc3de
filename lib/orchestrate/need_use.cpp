#include "orchestrate/need_use.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace harbinger::orchestrate {
namespace {

constexpr float kPace = 0.05F;
constexpr float kClearly = 1.3F;  // so much better filled, at least

// What runs out first decides.
float used_share(const NeedUser& user) { return std::max(user.used_cpu, user.used_memory); }

std::string percent(float share) { return std::to_string(std::lround(100 * share)) + " %"; }

}  // namespace

void NeedUse::seen(const NeedUser& user) {
  const float share = used_share(user);
  if (user.asked == 0 || share < 0) return;
  const auto machine = user.needs[0][static_cast<std::size_t>(NeedField::machine)];
  if (const auto known = by_machine_.find(machine); known != by_machine_.end())
    known->second += kPace * (share - known->second);
  else
    put(machine, share);
}

const NeedForecast::Candidate* NeedUse::better_filled(const NeedForecast::Candidate& than,
                                                      const std::vector<NeedForecast::Candidate>& among) const {
  const auto own = by_machine_.find(hash_of(than.need.machine));
  if (own == by_machine_.end()) return nullptr;
  const NeedForecast::Candidate* best = nullptr;
  float most = own->second * kClearly;
  for (const auto& each : among) {
    auto same = each.need;
    same.machine = than.need.machine;
    const auto share = by_machine_.find(hash_of(each.need.machine));
    if (same != than.need || each.need == than.need || share == by_machine_.end() || share->second <= most) continue;
    best = &each, most = share->second;
  }
  return best;
}

std::vector<std::string> NeedUse::shift(const NeedUser& user, std::vector<NeedForecast::Candidate>& candidates) const {
  std::vector<std::string> reasons;
  const float share = used_share(user);
  if (user.reports < kLeastReports || share < 0 || share >= kLow) return reasons;
  const float moved = kMostMoved * (1 - share / kLow);
  const auto before = candidates;
  for (const auto& each : before) {
    auto less = each.need;
    less.count =
        std::max(1U, static_cast<std::uint32_t>(std::ceil(static_cast<float>(each.need.count) * share / kAim)));
    if (less.count >= each.need.count) {
      const auto* better = better_filled(each, before);
      if (better == nullptr) continue;
      less = better->need;
    }
    const float part = moved * each.probability;
    std::ranges::find(candidates, each.need, &NeedForecast::Candidate::need)->probability -= part;
    const auto to = std::ranges::find(candidates, less, &NeedForecast::Candidate::need);
    if (to != candidates.end())
      to->probability += part;
    else
      candidates.push_back({less, part});
    reasons.push_back("of what the user has, " + percent(share) + " is used: " + percent(moved) +
                      " of the probability of " + to_string(each.need) + " goes to " + to_string(less));
  }
  std::ranges::stable_sort(candidates, std::greater{}, &NeedForecast::Candidate::probability);
  return reasons;
}

}  // namespace harbinger::orchestrate
