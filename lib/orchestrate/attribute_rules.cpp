#include "orchestrate/attribute_rules.h"

#include <algorithm>

#include <harbinger/foresight.h>

namespace harbinger::orchestrate {
namespace {

using Rule = AttributeModel::Rule;

bool fits(const std::string& pattern, std::string_view text) {
  return pattern.empty() || matches_pattern(pattern, text);
}

bool meet(const Rule& one, const Rule& other) {
  return patterns_meet(one.source, other.source) && patterns_meet(one.kind, other.kind) &&
         patterns_meet(one.verb, other.verb) && patterns_meet(one.scope, other.scope);
}

std::string named(std::size_t place, const Rule& rule) {
  return "rule " + std::to_string(place + 1) + " (" + to_string(rule) + ")";
}

Result<void> check(std::size_t place, const Rule& rule) {
  if (rule.attribute >= Attribute::limit || rule.value >= values_of(rule.attribute).size())
    return fail(ErrorCode::malformed,
                "rule " + std::to_string(place + 1) + " names an attribute or a value that does not exist");
  for (const auto* pattern : {&rule.source, &rule.kind, &rule.verb, &rule.scope})
    if (pattern->size() > AttributeRules::kMostPattern)
      return fail(ErrorCode::too_large, "rule " + std::to_string(place + 1) + " has a pattern of more than " +
                                            std::to_string(AttributeRules::kMostPattern) + " octets");
  return {};
}

}  // namespace

std::string to_string(const Rule& rule) {
  std::string text;
  const auto add = [&](const char* field, const std::string& pattern) {
    if (!pattern.empty()) text += (text.empty() ? "" : ", ") + std::string(field) + " \"" + pattern + "\"";
  };
  add("source", rule.source);
  add("kind", rule.kind);
  add("verb", rule.verb);
  add("scope", rule.scope);
  return (text.empty() ? "any act" : text) + ": " + std::string(to_string(rule.attribute)) + " is " +
         std::string(values_of(rule.attribute)[rule.value]);
}

bool patterns_meet(std::string_view one, std::string_view other) {
  if (one.empty() || other.empty()) return true;
  // meets[j]: the rest of `one` from i on meets the rest of `other` from j on.
  std::vector<char> meets(other.size() + 1), before;
  for (std::size_t i = one.size() + 1; i-- > 0;) {
    before = meets;
    for (std::size_t j = other.size() + 1; j-- > 0;) {
      const bool one_ends = i == one.size(), other_ends = j == other.size();
      bool both = one_ends && other_ends;
      if (!one_ends && one[i] == '*') both = both || before[j] != 0 || (!other_ends && meets[j + 1] != 0);
      if (!other_ends && other[j] == '*') both = both || meets[j + 1] != 0 || (!one_ends && before[j] != 0);
      if (!one_ends && !other_ends && one[i] == other[j]) both = both || before[j + 1] != 0;
      meets[j] = both ? 1 : 0;
    }
  }
  return meets[0] != 0;
}

Result<AttributeRules> AttributeRules::make(std::vector<Rule> rules) {
  if (rules.size() > kMost)
    return fail(ErrorCode::too_large, std::to_string(rules.size()) + " rules are more than " + std::to_string(kMost));
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (auto fine = check(i, rules[i]); !fine) return fail(std::move(fine.error()));
    for (std::size_t j = 0; j < i; ++j)
      if (rules[i].attribute == rules[j].attribute && rules[i].value != rules[j].value && meet(rules[i], rules[j]))
        return fail(ErrorCode::conflict, named(j, rules[j]) + " and " + named(i, rules[i]) +
                                             " say different things of the same acts; one of them must fit fewer");
  }
  AttributeRules made;
  made.rules_ = std::move(rules);
  return made;
}

std::array<std::uint16_t, kAttributes> AttributeRules::fits(const Activity& act) const {
  std::array<std::uint16_t, kAttributes> found;
  found.fill(kNone);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const auto& rule = rules_[i];
    auto& place = found[static_cast<std::size_t>(rule.attribute)];
    if (place == kNone && orchestrate::fits(rule.verb, act.verb) && orchestrate::fits(rule.kind, act.kind) &&
        orchestrate::fits(rule.source, act.source) && orchestrate::fits(rule.scope, act.scope))
      place = static_cast<std::uint16_t>(i);
  }
  return found;
}

}  // namespace harbinger::orchestrate
