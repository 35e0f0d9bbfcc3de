#include "edge/warmer.h"

#include <algorithm>

#include <harbinger/access.h>

namespace harbinger::edge {

namespace {

// Clients come earlier and later than expected: what comes much later is of no use.
constexpr std::uint32_t kTimes = 4, kShortest = 5'000, kLongest = 600'000;  // ms

std::uint32_t within(std::uint32_t in_ms) {
  return std::clamp(std::min(in_ms, kLongest) * kTimes, kShortest, kLongest);
}

}  // namespace

Warmer::Warmer(const Settings& settings, EdgeHub& hub, const Clock& clock, Metrics& metrics)
    : settings_(settings), hub_(hub), clock_(clock), budget_(settings.budget) {
  const auto counter = [&](const char* what) {
    return metrics.counter("harbinger_edges_expected_total", "What clients are expected to want, by what followed",
                           {{"result", what}});
  };
  wanted_ = counter("wanted");
  unlikely_ = counter("unlikely");
  no_rule_ = counter("no_rule");
  over_budget_ = counter("over_budget");
  dry_run_ = counter("dry_run");
}

void Warmer::expected(ClientKey client, std::string_view resource, double probability, std::uint32_t in_ms) {
  if (!(probability >= settings_.least)) return unlikely_.add();
  auto found = settings_.rules.find(resource);
  if (found.urls.empty()) return no_rule_.add();
  for (auto& url : found.urls) {
    if (settings_.dry_run) {
      dry_run_.add();
      continue;
    }
    if (budget_.take(client, resource_hash(url), 0, clock_.now()) != TokenBudget::Limit::none) {
      over_budget_.add();
      continue;
    }
    wanted_.add();
    hub_.want({.resource = std::move(url),
               .probability = std::min(probability, 1.0),
               .within_ms = within(in_ms),
               .client = client},
              found.cluster, settings_.holders);
  }
}

void Warmer::learnt(const Line& of_names) {
  for (const auto& line : settings_.rules.lines(of_names)) hub_.learnt(line);
}

}  // namespace harbinger::edge
