// From names that clients are expected to ask for to jobs of edges.
#pragma once

#include <string_view>

#include <harbinger/clock.h>
#include <harbinger/metrics.h>
#include <harbinger/token_budget.h>
#include "edge/hub.h"
#include "edge/warm_rules.h"

namespace harbinger::edge {

/// Takes expectations in and has what belongs to them fetched, as far as rules and budget go. Any thread but a worker's.
class Warmer {
 public:
  struct Settings {
    WarmRules rules{};
    double least = 0.2;    ///< probability; what is less likely is left to come
    unsigned holders = 1;  ///< edges of a cluster
    TokenBudget::Settings budget{};
    bool dry_run = false;  ///< counted, and not wanted
  };
  /// All outlive it.
  Warmer(const Settings& settings, EdgeHub& hub, const Clock& clock, Metrics& metrics);

  /// `client` is expected to want `resource`, a name or a URL, in about `in_ms`.
  void expected(ClientKey client, std::string_view resource, double probability, std::uint32_t in_ms);
  /// What is expected after a name, whoever asked: for the edges' own learners.
  void learnt(const Line& of_names);

 private:
  const Settings settings_;
  EdgeHub& hub_;
  const Clock& clock_;
  TokenBudget budget_;
  Counter wanted_, unlikely_, no_rule_, over_budget_, dry_run_;
};

}  // namespace harbinger::edge
