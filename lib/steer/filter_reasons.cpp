// Filters in words.
#include <array>
#include <cmath>
#include <cstdio>

#include "steer/filters.h"

namespace harbinger::steer {

namespace {

template <class... Value>
std::string text(const char* format, Value... values) {
  std::array<char, 160> out{};
  std::snprintf(out.data(), out.size(), format, values...);
  return out.data();
}

std::string name_of(const StateTable& states, EndpointId endpoint) {
  const auto* known = states.endpoint(endpoint);
  return known ? known->name : "?";
}

std::string load_reason(const Filter& filter, float load) {
  if (load > filter.high) return text("load %.2f above %.2f", static_cast<double>(load), filter.high);
  return text("load %.2f between %.2f and %.2f: this client is of the share that is turned away",
              static_cast<double>(load), filter.low, filter.high);
}

std::string geo_reason(const ClientFacts& client, const StateTable& states, const Candidates& before,
                       EndpointId endpoint) {
  const auto far = [&](EndpointId each) {
    const auto* known = states.endpoint(each);
    return known ? distance_km(client.place, known->place) : NAN;
  };
  EndpointId nearest = endpoint;
  for (const auto each : before.list())
    if (far(each) < far(nearest)) nearest = each;
  return text("%.0f km away, %.0f km further than ", far(endpoint), far(endpoint) - far(nearest)) +
         name_of(states, nearest);
}

template <class Value>
std::string least_reason(const StateTable& states, const Candidates& before, EndpointId endpoint, const Value& value,
                         const char* format) {
  EndpointId least = endpoint;
  for (const auto each : before.list())
    if (value(each) < value(least)) least = each;
  return text(format, static_cast<double>(value(endpoint)), static_cast<double>(value(least))) + name_of(states, least);
}

}  // namespace

std::string why_removed(const Filter& filter, const ClientFacts& client, const StateTable& states,
                        const Candidates& before, EndpointId endpoint) {
  const auto& line = states.line(endpoint);
  switch (filter.kind) {
    case Filter::Kind::up:
      return "down";
    case Filter::Kind::shed_load:
      return load_reason(filter, line.load);
    case Filter::Kind::persona:
      return line.for_all || line.personas.test(client.persona) ? "not where this persona prefers it"
                                                                : "for other personas";
    case Filter::Kind::geo:
      return geo_reason(client, states, before, endpoint);
    case Filter::Kind::latency: {
      const auto row = states.ways(client.group);
      return least_reason(
          states, before, endpoint, [&](EndpointId each) { return row.ms(each); }, "%.1f ms, against %.1f ms of ");
    }
    case Filter::Kind::cost:
      return least_reason(
          states, before, endpoint, [&](EndpointId each) { return states.line(each).cost; },
          "costs %.3g, against %.3g of ");
    case Filter::Kind::weighted:
      return "weight 0";
    case Filter::Kind::sticky:
      return "overfull";
    case Filter::Kind::select_first:
      return text("only the first %zu are given", filter.count);
  }
  return {};
}

}  // namespace harbinger::steer
