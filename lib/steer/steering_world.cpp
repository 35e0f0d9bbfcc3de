#include "steer/steering_world.h"

#include <algorithm>
#include <cmath>

namespace harbinger::steer {

namespace {

bool is_measured(const RttSlices& slices, std::size_t from, std::size_t to) {
  return std::ranges::all_of(slices, [&](const auto& slice) { return slice[from][to] > 0; });
}

}  // namespace

SteeringWorld::SteeringWorld(const RttSlices& slices, const Settings& settings)
    : noise_(settings.noise), seconds_(settings.hours * 3600) {
  learn::Chance chance(settings.seed);
  std::vector<std::size_t> nodes(slices.front().size());
  for (std::size_t i = 0; i < nodes.size(); ++i) std::swap(nodes[i] = i, nodes[chance.below(i + 1)]);
  std::vector<std::size_t> endpoints(
      nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(std::min(settings.endpoints, nodes.size())));
  std::vector<std::size_t> groups;
  for (const auto node : nodes) {
    const bool whole =
        std::ranges::all_of(endpoints, [&](auto to) { return node != to && is_measured(slices, node, to); });
    if (whole && groups.size() < settings.groups) groups.push_back(node);
  }
  for (const auto& slice : slices) {
    auto& base = base_.emplace_back();
    for (const auto from : groups) {
      auto& row = base.emplace_back();
      for (const auto to : endpoints) row.push_back(slice[from][to]);
    }
  }
  if (groups.empty()) return;
  for (std::size_t i = 0; i < settings.degradations; ++i) {
    const double from = chance.unit() * seconds_;
    const std::size_t group = chance.is(settings.local_share) ? chance.below(groups.size()) : kAll;
    degradations_.push_back(
        {chance.below(endpoints.size()), group, from, from + 120 + 480 * chance.unit(), 1.8 + 4.2 * chance.unit()});
  }
}

double SteeringWorld::ms(std::size_t group, std::size_t endpoint, double at) const {
  const auto slice =
      std::min(base_.size() - 1, static_cast<std::size_t>(at / seconds_ * static_cast<double>(base_.size())));
  double value = static_cast<double>(base_[slice][group][endpoint]);
  for (const auto& each : degradations_)
    if (each.endpoint == endpoint && (each.group == kAll || each.group == group) && at >= each.from && at < each.to)
      value *= each.factor;
  return value;
}

double SteeringWorld::measure(std::size_t group, std::size_t endpoint, double at, learn::Chance& chance) const {
  return ms(group, endpoint, at) * std::exp(noise_ * chance.normal());
}

std::size_t SteeringWorld::best(std::size_t group, double at) const {
  std::size_t best = 0;
  for (std::size_t endpoint = 1; endpoint < endpoints(); ++endpoint)
    if (ms(group, endpoint, at) < ms(group, best, at)) best = endpoint;
  return best;
}

}  // namespace harbinger::steer
