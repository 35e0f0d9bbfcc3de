// What a pool's settings may not say.
#include <algorithm>
#include <cmath>

#include "steer/pool.h"

namespace harbinger::steer {

namespace {

using Kind = Filter::Kind;

std::string fault_of(const Filter& filter) {
  switch (filter.kind) {
    case Kind::shed_load:
      if (!(filter.low >= 0 && filter.low < filter.high && std::isfinite(filter.high)))
        return "takes two loads, the lower first: `shed_load 0.7 0.9`";
      break;
    case Kind::geo:
      if (!(filter.within_km >= 0 && filter.within_km <= 21'000)) return "takes a distance of 0 to 21000 km";
      break;
    case Kind::latency:
    case Kind::cost:
      if (!(filter.slack >= 0 && std::isfinite(filter.slack))) return "takes a share of 0 or more, as 0.25";
      break;
    case Kind::sticky:
      if (!(filter.bound > 1 && std::isfinite(filter.bound))) return "takes a bound above 1, as 1.25";
      break;
    case Kind::select_first:
      if (filter.count < 1 || filter.count > Choice::kMost)
        return "takes a number from 1 to " + std::to_string(Choice::kMost);
      break;
    default:
      break;
  }
  return {};
}

// Each of them draws an order of its own, so the second would undo the first.
bool draws(Kind kind) { return kind == Kind::weighted || kind == Kind::sticky; }

std::string contradiction_of(const std::vector<Filter>& filters, std::size_t at) {
  const auto kind = filters[at].kind;
  const auto before = std::span(filters).first(at);
  if (std::ranges::find(before, kind, &Filter::kind) != before.end()) return "stands twice: once is enough";
  if (draws(kind) && std::ranges::any_of(before, draws, &Filter::kind))
    return "undoes the order of the one before it: `weighted` or `sticky`, not both";
  if (kind != Kind::select_first && at + 1 < filters.size()) return {};
  if (kind == Kind::select_first && at + 1 < filters.size()) return "is the last filter: move it behind the others";
  return {};
}

}  // namespace

Result<void> check_pool(const PoolSettings& settings) {
  if (settings.endpoints.empty() && settings.clusters.empty())
    return fail(ErrorCode::malformed, "pool \"" + settings.name + "\" names neither an endpoint nor a cluster");
  for (std::size_t at = 0; at < settings.filters.size(); ++at) {
    auto fault = fault_of(settings.filters[at]);
    if (fault.empty()) fault = contradiction_of(settings.filters, at);
    if (!fault.empty())
      return fail(ErrorCode::conflict, "pool \"" + settings.name + "\": filter `" +
                                           std::string(to_string(settings.filters[at].kind)) + "` " + fault);
  }
  return {};
}

}  // namespace harbinger::steer
