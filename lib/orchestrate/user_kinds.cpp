#include "orchestrate/user_kinds.h"

#include <algorithm>
#include <cmath>

namespace harbinger::orchestrate {
namespace {

using Values = UserKinds::Values;

// What is believed of a kind before any label, in labels; and the share of labels that may be of any value.
constexpr float kBefore = 1, kWrong = 0.05F, kLeast = 0.01F;

/// How many users of each kind were labelled with each value. Each value counts the same, however many were labelled with it.
struct LabelSums {
  std::vector<Values> sums;
  std::array<float, kValues> weights{};
};

LabelSums sum_labels(std::span<const LabelledUser> users, std::span<const UserKinds::Chances> chances,
                     std::size_t kinds) {
  LabelSums labels{std::vector<Values>(kinds), {}};
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
    std::array<float, kMostValues> counts{};
    const auto weights = scores_of(labels.weights, attribute);
    for (const auto& user : users)
      if (user.labels[attribute] < weights.size()) counts[user.labels[attribute]] += 1;
    float all = 0, present = 0;
    for (const auto count : counts) {
      all += count;
      present += count > 0 ? 1 : 0;
    }
    for (std::size_t v = 0; v < weights.size(); ++v) weights[v] = counts[v] > 0 ? all / (present * counts[v]) : 0;
    for (std::size_t u = 0; u < users.size(); ++u) {
      const auto label = users[u].labels[attribute];
      if (label >= weights.size()) continue;
      for (std::size_t k = 0; k < kinds; ++k)
        labels.sums[k][kFirstValue[attribute] + label] += weights[label] * chances[u][k];
    }
  }
  return labels;
}

Values values_by(const Values& sums) {
  Values values{};
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
    const auto from = scores_of(sums, attribute);
    const auto to = scores_of(values, attribute);
    const float even = 1 / static_cast<float>(from.size());
    float all = kBefore;
    for (const auto sum : from) all += std::max(0.0F, sum);
    float kept = 0;
    for (std::size_t v = 0; v < from.size(); ++v) {
      const float share = (std::max(0.0F, from[v]) + kBefore * even) / all;
      kept += to[v] = std::max(kLeast, (share - kWrong * even) / (1 - kWrong));
    }
    for (auto& value : to) value /= kept;
  }
  return values;
}

Values without(Values sums, const LabelSums& labels, const LabelledUser& user, float chance) {
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
    const auto label = user.labels[attribute];
    const auto mine = scores_of(sums, attribute);
    if (label < mine.size()) mine[label] -= chance * labels.weights[kFirstValue[attribute] + label];
  }
  return sums;
}

}  // namespace

void UserKinds::adopt(std::vector<Kind> kinds, std::vector<Logs> logs) {
  kinds_ = std::move(kinds);
  logs_ = std::move(logs);
}

void UserKinds::number(std::span<const std::uint16_t> clusters) {
  for (std::size_t k = 0; k < kinds_.size(); ++k) kinds_[k].cluster = clusters[k];
}

UserKinds::Logs UserKinds::says(const KnownAct& act) const {
  Logs logs{};
  if (kinds_.empty()) return logs;
  for (const auto token : tokens_of(act))
    for (std::size_t k = 0; k < kMost; ++k) logs[k] += logs_[token][k];
  return logs;
}

UserKinds::Chances UserKinds::chances(const Logs& sums, float acts) const {
  Chances chances{};
  const float by = temper(acts), less = explained(sums, by);
  for (std::size_t k = 0; k < kinds_.size(); ++k) chances[k] = kinds_[k].share * std::exp(by * sums[k] - less);
  return chances;
}

float UserKinds::explained(const Logs& sums, float by) const {
  if (kinds_.empty()) return 0;
  const float most = by * *std::ranges::max_element(std::span(sums).first(kinds_.size()));
  float all = 0;
  for (std::size_t k = 0; k < kinds_.size(); ++k) all += kinds_[k].share * std::exp(by * sums[k] - most);
  return most + std::log(all);
}

UserKinds::Chances UserKinds::chances_of(std::span<const KnownAct> acts) const {
  Logs sums{};
  for (const auto& act : acts) {
    const auto logs = says(act);
    for (std::size_t k = 0; k < kMost; ++k) sums[k] += logs[k];
  }
  return chances(sums, static_cast<float>(acts.size()));
}

std::size_t UserKinds::best(std::span<const KnownAct> acts) const {
  const auto chances = chances_of(acts);
  return static_cast<std::size_t>(std::ranges::max_element(chances) - chances.begin());
}

AttributeHeads::Guesses UserKinds::name(std::span<const LabelledUser> users) {
  std::vector<Chances> chances;
  for (const auto& user : users) chances.push_back(chances_of(user.acts));
  const auto labels = sum_labels(users, chances, kinds_.size());
  for (std::size_t k = 0; k < kinds_.size(); ++k) kinds_[k].values = values_by(labels.sums[k]);
  AttributeHeads::Guesses guesses(users.size());
  for (std::size_t u = 0; u < users.size(); ++u)
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      const auto values = values_by(without(labels.sums[k], labels, users[u], chances[u][k]));
      for (std::size_t v = 0; v < kValues; ++v) guesses[u][v] += chances[u][k] * values[v];
    }
  return guesses;
}

}  // namespace harbinger::orchestrate
