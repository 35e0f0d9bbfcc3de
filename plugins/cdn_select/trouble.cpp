#include "plugins/cdn_select/trouble.h"

#include <algorithm>
#include <limits>

namespace harbinger::cdn_select {

namespace {

// The load above which nobody new is sent to an endpoint of this pool.
double full_load(const steer::PoolSettings& pool) {
  const auto filter = std::ranges::find(pool.filters, steer::Filter::Kind::shed_load, &steer::Filter::kind);
  return filter == pool.filters.end() ? std::numeric_limits<double>::infinity() : filter->high;
}

bool serves(const steer::Pool& pool, const steer::StateTable& states) {
  const double full = full_load(pool.settings());
  return std::ranges::any_of(states.members(pool.number()), [&](steer::EndpointId id) {
    const auto& line = states.line(id);
    return line.up && !(static_cast<double>(line.load) > full);
  });
}

}  // namespace

TroubleTeller::TroubleTeller(const steer::SteeringService& service, const steer::Applications& applications)
    : service_(service),
      applications_(applications),
      rounds_(std::make_unique<Repeater>(std::chrono::milliseconds(250), [this] { look(); })) {}

void TroubleTeller::look() {
  std::vector<std::string> patterns;
  service_.look([&](const steer::StateTable& states) {
    for (const auto& [names, pools] : applications_.served())
      if (std::ranges::none_of(pools, [&](const auto& pool) { return serves(*pool, states); }))
        patterns.insert(patterns.end(), names.begin(), names.end());
  });
  const std::lock_guard guard(lock_);
  reporter_.say(std::move(patterns));
}

}  // namespace harbinger::cdn_select
