// Ordered rules over addresses and types, compiled so that a decision is one binary search.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/rr.h>

namespace harbinger::acl {

enum class Action : std::uint8_t { allow, block, filter, drop };

/// Matches a query whose type is among `types` and whose client is within `nets`; an empty list matches all.
struct Rule {
  Action action = Action::allow;
  std::vector<RRType> types;
  std::vector<IpPrefix> nets;
};

/// The first matching rule decides; where none matches, `allow` does. Immutable; looking up allocates nothing.
class RuleTable {
 public:
  explicit RuleTable(const std::vector<Rule>& rules);

  Action decide(const IpAddress& client, RRType type) const;

  /// An address as a number, in two halves.
  struct Point {
    std::uint64_t high = 0, low = 0;
    friend auto operator<=>(const Point&, const Point&) = default;
  };

 private:
  // What holds for one type; `any_type` ends every list.
  struct Step {
    bool any_type;
    RRType type;
    Action action;
  };

  void sweep(const std::vector<Rule>& rules);
  std::uint32_t steps_of(const std::vector<Rule>& rules, const std::vector<std::size_t>& active);

  // The line of all addresses, cut into pieces: piece i begins at starts_[i], and its steps begin at steps_[first_step_[i]].
  std::vector<Point> starts_;
  std::vector<std::uint32_t> first_step_;
  std::vector<Step> steps_;
};

}  // namespace harbinger::acl
