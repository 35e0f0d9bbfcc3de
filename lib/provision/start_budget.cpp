#include "provision/start_budget.h"

namespace harbinger::provision {

namespace {

constexpr Duration kHour = std::chrono::hours(1);

}  // namespace

StartBudget::StartBudget(const Budgets& budgets, std::size_t pools) : budgets_(budgets), pools_(pools) {}

void StartBudget::forget(Times& times, MonotonicTime now) {
  while (!times.empty() && now - times.front() >= kHour) times.pop_front();
}

std::string StartBudget::refusal(std::uint16_t pool, MonotonicTime now) {
  forget(all_, now);
  forget(pools_[pool], now);
  if (all_.size() >= budgets_.starts_per_hour)
    return "all pools had their " + std::to_string(budgets_.starts_per_hour) + " starts of this hour";
  if (pools_[pool].size() >= budgets_.starts_per_pool_hour)
    return "the pool had its " + std::to_string(budgets_.starts_per_pool_hour) + " starts of this hour";
  return {};
}

void StartBudget::started(std::uint16_t pool, MonotonicTime now) {
  all_.push_back(now);
  pools_[pool].push_back(now);
}

void StartBudget::not_started(std::uint16_t pool) {
  if (!all_.empty()) all_.pop_back();
  if (!pools_[pool].empty()) pools_[pool].pop_back();
}

bool StartBudget::may_give(Wish wish, MonotonicTime now) {
  const auto known = tags_.find(wish);
  if (known == tags_.end()) return budgets_.starts_per_tag_hour > 0;
  forget(known->second, now);
  return known->second.size() < budgets_.starts_per_tag_hour;
}

void StartBudget::given(Wish wish, MonotonicTime now) { tags_[wish].push_back(now); }

void StartBudget::not_given(Wish wish) {
  const auto known = tags_.find(wish);
  if (known == tags_.end()) return;
  if (!known->second.empty()) known->second.pop_back();
  if (known->second.empty()) tags_.erase(known);
}

void StartBudget::tidy(MonotonicTime now) {
  std::erase_if(tags_, [&](const auto& each) { return each.second.empty() || now - each.second.back() >= kHour; });
}

}  // namespace harbinger::provision
