#include "plugins/cdn_select/rows.h"

#include <algorithm>
#include <array>

#include "steer/place_table.h"

namespace harbinger::cdn_select {

namespace {

using Kind = steer::Filter::Kind;

std::unexpected<Error> wrong(const std::string& what, const std::string& name, const std::string& right) {
  return fail(ErrorCode::malformed, what + " \"" + name + "\": " + right);
}

Result<Place> place_of(const EndpointRow& row) {
  Place place;
  if (!row.country.empty()) {
    const bool good =
        row.country.size() == 2 && std::ranges::all_of(row.country, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!good) return wrong("endpoint", row.name, "a country is two capital letters, as DE");
    std::ranges::copy(row.country, place.country.begin());
  }
  if (auto put = steer::put_at(place, row.position, "endpoint \"" + row.name + "\""); !put) return fail(put.error());
  return place;
}

// Which numbers a filter takes, and where they go.
struct Shape {
  std::size_t fewest, most;
  const char* right;
};
Shape shape_of(Kind kind) {
  switch (kind) {
    case Kind::shed_load:
      return {0, 2, "takes two loads, as `shed_load 0.7 0.9`, or none"};
    case Kind::geo:
      return {0, 1, "takes a distance in km, or nothing"};
    case Kind::latency:
    case Kind::cost:
      return {0, 1, "takes a share, as 0.25, or nothing"};
    case Kind::sticky:
      return {0, 1, "takes a bound above 1, or nothing"};
    case Kind::select_first:
      return {1, 1, "takes a number"};
    default:
      return {0, 0, "takes no number"};
  }
}

Result<steer::Filter> filter_of(const FilterRow& row) {
  const auto shape = shape_of(row.kind);
  const auto& numbers = row.numbers;
  const bool half = row.kind == Kind::shed_load && numbers.size() == 1;
  if (numbers.size() < shape.fewest || numbers.size() > shape.most || half)
    return wrong("pool", row.pool, "filter `" + std::string(to_string(row.kind)) + "` " + shape.right);
  steer::Filter filter{.kind = row.kind};
  if (numbers.empty()) return filter;
  switch (row.kind) {
    case Kind::shed_load:
      filter.low = numbers[0];
      filter.high = numbers[1];
      break;
    case Kind::geo:
      filter.within_km = numbers[0];
      break;
    case Kind::sticky:
      filter.bound = numbers[0];
      break;
    case Kind::select_first:
      // What is no whole number of these is refused with the pool.
      filter.count = numbers[0] >= 1 && numbers[0] <= 1000 ? static_cast<std::size_t>(numbers[0]) : 0;
      break;
    default:
      filter.slack = numbers[0];
      break;
  }
  return filter;
}

}  // namespace

Result<steer::Endpoint> endpoint_of(const EndpointRow& row) {
  auto place = place_of(row);
  if (!place) return fail(place.error());
  return steer::Endpoint{.name = row.name,
                         .target = row.target.value_or(Name()),
                         .addresses = row.addresses,
                         .port = row.port,
                         .provider = row.provider,
                         .cluster = row.cluster,
                         .place = *place,
                         .cost = row.cost.value_or(std::numeric_limits<double>::quiet_NaN()),
                         .weight = row.weight,
                         .capacity = row.capacity,
                         .personas = row.personas,
                         .probed = row.probe.has_value()};
}

Result<std::optional<net::ProbeSettings>> probe_of(const EndpointRow& row) {
  using Probe = net::ProbeSettings::Kind;
  if (!row.probe) return std::nullopt;
  if (row.addresses.empty())
    return wrong("endpoint", row.name, "to be looked at it needs an address; a target alone is not looked up");
  const std::uint16_t usual = *row.probe == Probe::https ? 443 : *row.probe == Probe::dns ? 53 : 80;
  const std::uint16_t port = row.probe_port != 0 ? row.probe_port : row.port != 0 ? row.port : usual;
  return net::ProbeSettings{.kind = *row.probe,
                            .address = {row.addresses.front(), port},
                            .host = row.host,
                            .path = row.path,
                            .every = row.every};
}

Result<steer::PoolSettings> pool_of(const PoolRow& row, const std::vector<FilterRow>& filters) {
  steer::PoolSettings settings{row.name, row.endpoints, row.clusters, {}, row.backup};
  for (const auto& each : filters) {
    if (each.pool != row.name) continue;
    auto filter = filter_of(each);
    if (!filter) return fail(filter.error());
    settings.filters.push_back(*filter);
  }
  return settings;
}

}  // namespace harbinger::cdn_select
