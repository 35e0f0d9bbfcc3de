#include "persona/start_trace.h"

#include <array>
#include <cmath>
#include <numbers>
#include <string>

namespace harbinger::persona {

namespace {

constexpr UnixMillis kMonday = 1'699'833'600'000, kDay = 86'400'000;

// Distributions are written out here, since those of the standard library differ between its makers.
constexpr std::string_view kConsonants = "bcdfghklmnprstvz", kVowels = "aeiou";

}  // namespace

struct StartTrace::Resource {
  std::string name;
  Action action;
  std::array<std::size_t, 3> next;
};

std::vector<ClientKind> StartTrace::kinds() {
  return {
      {"browser", 12, 4, .6, .1, 4, 1.5, .10, 600, Action::query, Action::query, 0, 0, DeviceClass::desktop, 15, 3},
      {"reader", 4, 12, .4, .1, 40, 1, .05, 3600, Action::navigation, Action::dwell, .3, 30, DeviceClass::desktop, 20,
       2},
      {"late reader", 4, 10, .4, .1, 60, 1, .05, 3600, Action::navigation, Action::scroll, .4, 45, DeviceClass::tablet,
       23, 1},
      {"video watcher", 2, 8, .8, .3, 6, .4, .03, 1800, Action::playback, Action::navigation, .2, 0, DeviceClass::phone,
       19, 3},
      {"television", 3, 4, .8, .4, 10, .3, .02, 7200, Action::playback, Action::query, .3, 0, DeviceClass::television,
       20, 2},
      {"player", 3, 3, .7, .3, 2, .6, .02, 900, Action::api_call, Action::query, .3, 0, DeviceClass::console, 21, 2},
      {"sensor", 1, 2, .95, .3, 60, .05, .01, 600, Action::query, Action::query, 0, 0, DeviceClass::thing, 12, 6},
      {"device that starts", 3, 4, .9, .2, 1, 1.5, .1, 300, Action::query, Action::query, 0, 0, DeviceClass::thing, 12,
       6},
      {"crawler", 6, 40, .3, .02, 1, .2, .01, 3600, Action::navigation, Action::navigation, 0, 0, DeviceClass::bot, 12,
       8},
      {"mail and updates", 4, 2, .5, .3, 300, .5, .05, 1800, Action::query, Action::query, 0, 0, DeviceClass::desktop,
       11, 4},
      {"application", 2, 6, .9, .1, .5, 1, .1, 300, Action::api_call, Action::click, .4, 3, DeviceClass::phone, 14, 4},
      {"researcher", 6, 10, .5, .1, 25, 1.2, .05, 2400, Action::navigation, Action::click, .4, 60, DeviceClass::desktop,
       14, 2},
      {"server", 3, 4, .7, .4, 5, .5, .01, 60, Action::api_call, Action::query, .5, 0, DeviceClass::server, 12, 8}};
}

double StartTrace::uniform() { return (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53; }

double StartTrace::log_normal(double median, double sigma) {
  const double radius = std::sqrt(-2 * std::log(uniform())), angle = 2 * std::numbers::pi * uniform();
  return median * std::exp(sigma * radius * std::cos(angle));
}

std::string StartTrace::word(std::size_t syllables) {
  std::string text;
  while (syllables-- > 0) {
    text += kConsonants[below(kConsonants.size())];
    text += kVowels[below(kVowels.size())];
  }
  return text;
}

// Some sites, their resources, and where each of them leads.
std::vector<StartTrace::Resource> StartTrace::world(const ClientKind& kind) {
  const std::size_t sites = 1 + below(kind.sites), each = 1 + below(kind.resources);
  std::vector<Resource> resources;
  for (std::size_t site = 0; site < sites; ++site) {
    std::string host = word(4) + ".";
    host += word(1);
    for (std::size_t at = 0; at < each; ++at)
      resources.push_back(
          {.name = word(2) + "." + host, .action = uniform() < kind.seconds ? kind.second : kind.first, .next = {}});
  }
  for (Resource& resource : resources)
    for (std::size_t& next : resource.next) next = below(resources.size());
  return resources;
}

std::vector<EventCode> StartTrace::client(std::size_t acts) {
  static const std::vector<ClientKind> all = kinds();
  return client(all[below(all.size())], acts);
}

std::vector<EventCode> StartTrace::client(const ClientKind& kind, std::size_t acts) {
  const auto resources = world(kind);
  const double hour = log_normal(1, 0.3) * kind.width + kind.peak - kind.width;
  auto at = kMonday + static_cast<UnixMillis>(below(7)) * kDay + static_cast<UnixMillis>(hour * 3'600'000);
  BehaviourEvent event;
  if (below(3) > 0) event.device = kind.device;
  if (below(2) == 0) event.location = static_cast<std::uint16_t>(random_());
  std::vector<EventCode> codes;
  UnixMillis last = 0;
  for (std::size_t now = below(resources.size()); codes.size() < acts;) {
    const Resource& resource = resources[now];
    event.at = at;
    event.resource = resource.name;
    event.action = resource.action;
    event.dwell_s = kind.dwell_s > 0 ? static_cast<float>(log_normal(kind.dwell_s, 1)) : 0;
    codes.push_back(encode(event, last));
    // The first successor is the usual one.
    const double what = uniform();
    if (what < kind.follows)
      now = resource.next[below(4) < 3 ? 0 : 1 + below(2)];
    else if (what >= kind.follows + kind.stays)
      now = below(resources.size());
    const double gap = uniform() < kind.pauses ? log_normal(kind.pause_s, 1) : log_normal(kind.gap_s, kind.gap_spread);
    last = at;
    at += static_cast<UnixMillis>(gap * 1000);
  }
  return codes;
}

}  // namespace harbinger::persona
