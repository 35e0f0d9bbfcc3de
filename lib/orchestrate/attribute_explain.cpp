// What speaks for and against what is believed of a user, as sentences.
#include <algorithm>
#include <cmath>
#include <map>

#include "orchestrate/attribute_state.h"

namespace harbinger::orchestrate {
namespace {

constexpr std::size_t kMostReasons = 3, kMostMarks = 4;
constexpr float kSlight = 0.2F;  // nats; what says less is not told

std::string percent(float share) { return std::to_string(std::lround(share * 100)) + " %"; }

std::string value_word(std::size_t attribute, std::size_t value) {
  return std::string(values_of(static_cast<Attribute>(attribute))[value]);
}

std::string list(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

/// How one value of one attribute is told from the others of it.
class Contrast {
 public:
  Contrast(const Learnt& learnt, std::size_t attribute, std::size_t value)
      : learnt_(learnt), attribute_(attribute), value_(value) {
    const auto& kinds = learnt.kinds.kinds();
    float is = 0, is_not = 0;
    for (const auto& kind : kinds) {
      is += kind.share * kind.values[kFirstValue[attribute] + value];
      is_not += kind.share * (1 - kind.values[kFirstValue[attribute] + value]);
    }
    for (std::size_t k = 0; k < kinds.size(); ++k) {
      const float here = kinds[k].values[kFirstValue[attribute] + value];
      by_kind_[k] = kinds[k].share * (here / std::max(is, 1e-6F) - (1 - here) / std::max(is_not, 1e-6F));
    }
  }

  /// What a sign says for the value, in nats; below 0: against it.
  float of(std::uint16_t token) const {
    const auto& learnt_weights = learnt_.heads.weight(token);
    const auto weights = scores_of(learnt_weights, attribute_);
    float others = 0;
    for (std::size_t v = 0; v < weights.size(); ++v)
      if (v != value_) others += weights[v] / static_cast<float>(weights.size() - 1);
    const float share = learnt_.by_kinds[attribute_];
    float from_kinds = 0;
    if (!learnt_.kinds.empty())
      for (std::size_t k = 0; k < learnt_.kinds.kinds().size(); ++k)
        from_kinds += by_kind_[k] * learnt_.kinds.weight(token)[k];
    return share * from_kinds + (1 - share) * (weights[value_] - others);
  }

 private:
  const Learnt& learnt_;
  const std::size_t attribute_, value_;
  UserKinds::Logs by_kind_{};
};

struct Reason {
  float says = 0;
  std::string text{};
};

std::vector<Reason> reasons(const AttributeState& state, const std::map<std::uint16_t, int>& signs,
                            std::size_t attribute, std::size_t value) {
  const Contrast contrast(state.learnt, attribute, value);
  std::vector<Reason> found;
  for (const auto& [token, times] : signs) {
    const float says = contrast.of(token) * static_cast<float>(times);
    if (std::abs(says) < kSlight) continue;
    auto text = sign_text(token, state.words);
    if (!text.empty())
      found.push_back({says, text + " (" + std::to_string(times) + (times == 1 ? " time)" : " times)")});
  }
  std::ranges::stable_sort(found, [](const auto& one, const auto& other) { return one.says > other.says; });
  return found;
}

void add_reasons(std::vector<std::string>& sentences, const std::vector<Reason>& found, const std::string& name) {
  std::vector<std::string> for_it, against;
  for (const auto& reason : found)
    if (reason.says > 0 && for_it.size() < kMostReasons) for_it.push_back(reason.text);
  for (auto reason = found.rbegin(); reason != found.rend(); ++reason)
    if (reason->says < 0 && against.size() < kMostReasons) against.push_back(reason->text);
  if (!for_it.empty()) sentences.push_back("For " + name + " speaks: " + list(for_it) + ".");
  if (!against.empty()) sentences.push_back("Against " + name + " speaks: " + list(against) + ".");
}

void explain_attribute(const AttributeState& state, const UserProfile& user, const Beliefs& beliefs,
                       const std::map<std::uint16_t, int>& signs, std::size_t attribute,
                       std::vector<std::string>& sentences) {
  const auto belief = belief_of(state, user, beliefs, attribute);
  const std::string word(to_string(static_cast<Attribute>(attribute)));
  switch (belief.by) {
    case Belief::By::nothing:
      sentences.push_back("The " + word + " is not known: fewer than two of its values have labelled users enough (" +
                          std::to_string(AttributeHeads::kFewestLabels) + ").");
      return;
    case Belief::By::rule:
      sentences.push_back("The " + word + " is " + value_word(attribute, belief.value) + " because of the rule for " +
                          to_string(state.rules.at(*state.rule_of(user, attribute))) + ".");
      return;
    case Belief::By::label:
      sentences.push_back("The " + word + " is " + value_word(attribute, belief.value) +
                          " because the user was labelled so.");
      return;
    case Belief::By::inference:
      break;
  }
  sentences.push_back("The " + word + " is " + value_word(attribute, belief.value) + " by " +
                      percent(belief.confidence) + ", after " + std::to_string(user.heard) + " acts.");
  add_reasons(sentences, reasons(state, signs, attribute, belief.value), value_word(attribute, belief.value));
}

// The acts that are commoner in a kind than anywhere else.
std::vector<std::string> marks_of(const AttributeState& state, std::size_t kind) {
  std::vector<std::pair<float, std::uint16_t>> found;
  for (std::uint16_t bucket = 1; bucket < kBuckets[0]; ++bucket) {
    const auto token = token_of(Sign::pair, bucket);
    const float says = state.learnt.kinds.weight(token)[kind];
    if (says > kSlight && !state.words.word(token).empty()) found.emplace_back(says, token);
  }
  std::ranges::sort(found, std::ranges::greater{});
  if (found.size() > kMostMarks) found.resize(kMostMarks);
  std::vector<std::string> texts;
  for (const auto& [says, token] : found) texts.push_back(sign_text(token, state.words));
  return texts;
}

void explain_cluster(const AttributeState& state, const Beliefs& beliefs, std::vector<std::string>& sentences) {
  const auto cluster = cluster_of(state, beliefs);
  if (cluster == 0) return;
  const auto best = std::ranges::max_element(beliefs.kinds);
  const auto kind = static_cast<std::size_t>(best - beliefs.kinds.begin());
  auto sentence = "Acts as " + percent(state.learnt.kinds.kinds()[kind].share) + " of users do (cluster " +
                  std::to_string(cluster) + ")";
  if (const auto marks = marks_of(state, kind); !marks.empty()) sentence += ", more often than others: " + list(marks);
  sentences.push_back(sentence + ".");
}

}  // namespace

std::vector<std::string> explain_user(const AttributeState& state, UserProfile& user) {
  const auto beliefs = state.beliefs(user);
  std::map<std::uint16_t, int> signs;
  for (const auto& act : user.last_acts())
    for (const auto token : tokens_of(act)) ++signs[token];
  std::vector<std::string> sentences;
  for (std::size_t i = 0; i < kAttributes; ++i) explain_attribute(state, user, beliefs, signs, i, sentences);
  explain_cluster(state, beliefs, sentences);
  return sentences;
}

}  // namespace harbinger::orchestrate
