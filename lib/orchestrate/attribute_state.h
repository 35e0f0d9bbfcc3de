// All that an attribute model holds, for those of its parts that need more than one piece of it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "orchestrate/act_words.h"
#include "orchestrate/attribute_rules.h"
#include "orchestrate/label_book.h"
#include "orchestrate/learnt.h"
#include "orchestrate/profile_book.h"

namespace harbinger::orchestrate {

struct AttributeState {
  AttributeState(std::size_t most_users, std::size_t hidden_width) : users(most_users), learnt(hidden_width) {}

  ProfileBook users;
  LabelBook labels{};
  Learnt learnt;
  ActWords words{};
  AttributeRules rules{};
  std::uint32_t rules_version = 0;
  std::uint64_t acts = 0, changes = 0;
  double judged = 0, wrong = 0;  ///< labels, of late, that came when something was believed

  /// The user's runs as what is learnt now has them.
  void refresh(UserProfile& user) const;
  Beliefs beliefs(UserProfile& user) const {
    refresh(user);
    return beliefs_of(user.runs, learnt);
  }
  /// Number of the rule that holds for a user.
  std::optional<std::uint16_t> rule_of(const UserProfile& user, std::size_t attribute) const {
    if (user.rules_version != rules_version || user.rules[attribute] == 0) return std::nullopt;
    return user.rules[attribute] - 1;
  }
};

/// Of a user who did so many acts, by values of one attribute.
Belief belief_of(const AttributeState& state, const UserProfile& user, const Beliefs& beliefs, std::size_t attribute);
/// The cluster of the likeliest kind; 0 where it is not likely.
std::uint16_t cluster_of(const AttributeState& state, const Beliefs& beliefs);

/// See AttributeModel::explain().
std::vector<std::string> explain_user(const AttributeState& state, UserProfile& user);

/// See AttributeModel::save() and load(). Of the users, those who acted last, as many as `most_users`. Rules are the configuration's.
std::vector<std::uint8_t> encode_state(AttributeState& state, std::size_t most_users);
/// Into a state that is new.
Result<void> decode_state(std::span<const std::uint8_t> octets, AttributeState& state);

}  // namespace harbinger::orchestrate
