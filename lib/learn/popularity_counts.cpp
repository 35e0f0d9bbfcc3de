#include "learn/popularity_counts.h"

#include <algorithm>
#include <cmath>

namespace harbinger {

PopularityCounts::PopularityCounts(std::size_t resources, double half_life)
    : max_resources_(std::max(resources, 2 * kTop)), growth_(std::exp2(1 / half_life)) {}

void PopularityCounts::add(std::uint64_t resource) {
  if (weights_.size() >= max_resources_ && !weights_.contains(resource)) forget();
  auto& weight = weights_[resource];
  weight += increment_;
  total_ += increment_;
  raise({resource, weight});
  increment_ *= growth_;
  if (increment_ > 1e12) fade_all();
}

void PopularityCounts::raise(const Entry& entry) {
  auto place = std::ranges::find(top_, entry.resource, &Entry::resource);
  if (place == top_.end()) {
    if (top_.size() == kTop && top_.back().weight >= entry.weight) return;
    if (top_.size() == kTop) top_.pop_back();
    place = top_.insert(top_.end(), entry);
  }
  for (; place != top_.begin() && (place - 1)->weight < entry.weight; --place) *place = *(place - 1);
  *place = entry;
}

void PopularityCounts::fade_all() {
  for (auto& [resource, weight] : weights_) weight /= increment_;
  for (auto& entry : top_) entry.weight /= increment_;
  total_ /= increment_;
  increment_ = 1;
}

void PopularityCounts::forget() {
  std::vector<double> sorted;
  for (const auto& [resource, weight] : weights_) sorted.push_back(weight);
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  const double limit = *middle;
  const auto on_top = [&](std::uint64_t resource) {
    return std::ranges::find(top_, resource, &Entry::resource) != top_.end();
  };
  std::erase_if(weights_, [&](const auto& entry) { return entry.second <= limit && !on_top(entry.first); });
}

}  // namespace harbinger
