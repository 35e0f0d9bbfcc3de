// What an operator says of users by what they do.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <harbinger/result.h>
#include "orchestrate/attributes.h"

namespace harbinger::orchestrate {

class AttributeRules {
 public:
  using Rule = AttributeModel::Rule;
  static constexpr std::size_t kMost = 256, kMostPattern = Activity::kMostText;

  /// `conflict`: some act fits two of them that say different things of one attribute. `malformed`, `too_large`: a rule that cannot be. The message
  /// names the rules, counted from 1.
  static Result<AttributeRules> make(std::vector<Rule> rules);

  static constexpr std::uint16_t kNone = 0xffff;
  /// The first rule for each attribute that the act fits; kNone where none does.
  std::array<std::uint16_t, kAttributes> fits(const Activity& act) const;
  const Rule& at(std::uint16_t number) const { return rules_[number]; }
  bool empty() const { return rules_.empty(); }

 private:
  std::vector<Rule> rules_;
};

/// "kubernetes rule for verb \"delete*\": use-case is testing", for people.
std::string to_string(const AttributeModel::Rule& rule);
/// Whether some text fits both patterns; empty ones fit all. Takes the product of their lengths.
bool patterns_meet(std::string_view one, std::string_view other);

}  // namespace harbinger::orchestrate
