#include "provision/nova_flavors.h"

#include <algorithm>
#include <ranges>
#include <tuple>
#include <utility>

namespace harbinger::provision {

namespace {

constexpr Duration kHolds = std::chrono::minutes(5);

Flavor read_flavor(const Json& object) {
  const auto* const disabled = member(object, {"OS-FLV-DISABLED:disabled"});
  return {.id = text_member(object, {"id"}),
          .name = text_member(object, {"name"}),
          .cpus = number_member(object, {"vcpus"}).value_or(0),
          .memory_mb = number_member(object, {"ram"}).value_or(0),
          .disk_gb = number_member(object, {"disk"}).value_or(0),
          .disabled = disabled && disabled->is_boolean() && disabled->get<bool>()};
}

std::string text_of(const Size& size) {
  return std::to_string(size.cpus) + " CPUs and " + std::to_string(size.memory_mb) + " MB";
}

}  // namespace

const Flavor* smallest_that_fits(const std::vector<Flavor>& flavors, const Size& size) {
  const double cpus = std::max(size.cpus, 0.01), memory = std::max(static_cast<double>(size.memory_mb), 1.0);
  const auto weight = [&](const Flavor& each) {
    return std::tuple(each.cpus / cpus + each.memory_mb / memory, each.disk_gb, each.id);
  };
  const Flavor* best = nullptr;
  for (const auto& each : flavors) {
    if (each.disabled || each.id.empty() || each.cpus < size.cpus || each.memory_mb < memory) continue;
    if (!best || weight(each) < weight(*best)) best = &each;
  }
  return best;
}

Result<std::vector<Flavor>> NovaFlavors::all(const RestLimits& limits) {
  const std::unique_lock lock(mutex_, limits.deadline - api_.clock().now());
  if (!lock) return fail(ErrorCode::timeout, "another request for flavors lasts too long");
  if (!known_.empty() && api_.clock().now() - known_at_ < kHolds) return known_;
  const auto listed = api_.pages("/flavors/detail?limit=500", "flavors", limits);
  if (!listed) return fail(listed.error());
  known_.clear();
  for (const auto& each : *listed) known_.push_back(read_flavor(each));
  known_at_ = api_.clock().now();
  return known_;
}

Result<Flavor> NovaFlavors::fitting(const Size& size, const RestLimits& limits) {
  const auto flavors = all(limits);
  if (!flavors) return fail(flavors.error());
  if (const auto* const found = smallest_that_fits(*flavors, size)) return *found;
  return fail(ErrorCode::denied, "Nova has no flavor with " + text_of(size));
}

Result<Flavor> NovaFlavors::named(const std::string& word, const RestLimits& limits) {
  const auto flavors = all(limits);
  if (!flavors) return fail(flavors.error());
  for (const auto& each : *flavors)
    if (each.id == word || each.name == word) return each;
  std::string names;
  constexpr std::size_t kMostNamed = 20;
  for (const auto& each : *flavors | std::views::take(kMostNamed))
    names.append(names.empty() ? "" : ", ").append(each.name);
  return fail(ErrorCode::denied, "Nova has no flavor '" + word + "'; there are " + (names.empty() ? "none" : names));
}

}  // namespace harbinger::provision
