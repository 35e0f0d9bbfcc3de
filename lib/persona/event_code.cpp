// What the network reads of an act.
#include <algorithm>

#include "persona/network.h"

namespace harbinger::persona {

namespace {

constexpr UnixMillis kHourMs = 3'600'000;
constexpr std::int64_t kHoursSinceMonday = 72;  // 1970-01-01 was a Thursday

// The host of a URL, or the whole text where it is a name.
std::string_view host_of(std::string_view resource) {
  if (const auto scheme = resource.find("://"); scheme != std::string_view::npos) resource.remove_prefix(scheme + 3);
  return resource.substr(0, resource.find_first_of("/#?:"));
}

// Steps of 2 and 2.5 in turn (1, 2, 5, 10, ...), from `unit` on; 0 is for what is not known.
std::uint8_t bucket(double span, double unit, std::uint8_t buckets) {
  std::uint8_t at = 1;
  for (double end = unit; span > end && at + 1 < buckets; end *= at % 2 ? 2 : 2.5) ++at;
  return at;
}

std::uint8_t hour_of(UnixMillis at) {
  const auto hours = at / kHourMs - (at % kHourMs < 0) + kHoursSinceMonday;
  const auto hour = hours % EventCode::kHours;
  return static_cast<std::uint8_t>(hour < 0 ? hour + EventCode::kHours : hour);
}

}  // namespace

std::string_view site_of(std::string_view resource) noexcept {
  const auto host = host_of(resource);
  if (host.empty()) return resource.substr(0, resource.find('/', 1));
  const auto last = host.rfind('.');
  if (last == std::string_view::npos || last == 0) return host;
  const auto before = host.rfind('.', last - 1);
  return before == std::string_view::npos ? host : host.substr(before + 1);
}

EventCode encode(const BehaviourEvent& event, UnixMillis last_at) noexcept {
  const auto whole = resource_hash(event.resource);
  const auto action = static_cast<std::uint8_t>(event.action);
  EventCode code;
  code.resource = static_cast<std::uint16_t>(whole % EventCode::kResources);
  code.site = static_cast<std::uint16_t>(resource_hash(site_of(event.resource)) % EventCode::kSites);
  // Other bits than `resource`, so that two resources that share one bucket do not share the other as well.
  code.target = static_cast<std::uint8_t>((whole >> 32) + action * 41u);
  code.action = action;
  if (last_at != 0)
    code.gap = bucket(static_cast<double>(std::max<UnixMillis>(event.at - last_at, 0)), 2, EventCode::kGaps);
  if (event.dwell_s > 0) code.dwell = bucket(event.dwell_s, 0.5, EventCode::kDwells);
  code.hour = hour_of(event.at);
  code.device = static_cast<std::uint8_t>(event.device);
  code.location = static_cast<std::uint8_t>(event.location % EventCode::kLocations);
  return code;
}

}  // namespace harbinger::persona
