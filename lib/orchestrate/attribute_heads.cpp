#include "orchestrate/attribute_heads.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "orchestrate/logistic.h"

namespace harbinger::orchestrate {
namespace {

constexpr std::array<std::size_t, 3> kLengths{8, 16, 32};  // and as many as there are
constexpr std::size_t kFewestActs = 4, kFolds = 4;
constexpr float kPull = 0.1F;
// Scopes and sources are habits of a user: of the few who are labelled, they name each one, and say nothing of others.
constexpr std::array kUnsaid{Sign::scope, Sign::source};

/// Examples of one attribute: several lengths of each labelled user.
struct Examples {
  SparseRows rows{};
  std::vector<std::uint8_t> classes{};
  std::vector<std::size_t> users{};  ///< whose example each is, by place among the labelled
  std::vector<std::size_t> folds{};
  std::vector<std::uint32_t> tokens{};  ///< of each column
};

class ExampleMaker {
 public:
  void add(const LabelledUser& user, std::size_t place, std::uint8_t label, std::size_t fold) {
    const auto add_last = [&](std::size_t length) {
      add_row(user, std::span(user.acts).last(length));
      examples_.classes.push_back(label);
      examples_.users.push_back(place);
      examples_.folds.push_back(fold);
    };
    for (const auto length : kLengths)
      if (length < user.acts.size()) add_last(length);
    add_last(user.acts.size());
  }
  Examples take() { return std::move(examples_); }

 private:
  void add_row(const LabelledUser& user, std::span<const KnownAct> acts) {
    counts_.clear();
    for (const auto& act : acts)
      for (const auto token : tokens_of(act))
        if (std::ranges::find(kUnsaid, place_of(token).sign) == kUnsaid.end()) counts_[token] += 1;
    const auto count = static_cast<float>(acts.size());
    const float temper = AttributeHeads::temper(count);
    for (const auto& [token, times] : counts_) examples_.rows.add(column_of(token), times * temper);
    for (std::size_t i = 0; i < user.hidden.size(); ++i)
      examples_.rows.add(column_of(static_cast<std::uint32_t>(kTokens + i)), user.hidden[i] * count * temper);
    examples_.rows.end_row();
  }

  std::uint32_t column_of(std::uint32_t token) {
    const auto [found, is_new] = columns_.try_emplace(token, static_cast<std::uint32_t>(columns_.size()));
    if (is_new) examples_.tokens.push_back(token);
    return found->second;
  }

  Examples examples_;
  std::unordered_map<std::uint32_t, std::uint32_t> columns_;
  std::unordered_map<std::uint32_t, float> counts_;
};

// What differs much between users is a habit of theirs, and says less of what they are: columns are divided by how much they differ. Returns the factors.
std::vector<float> even_out(Examples& examples) {
  constexpr float kFloor = 0.02F;
  std::vector<float> sums(examples.tokens.size(), 0), squares(sums.size(), 0);
  auto& rows = examples.rows;
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    sums[rows.columns[i]] += rows.values[i];
    squares[rows.columns[i]] += rows.values[i] * rows.values[i];
  }
  const auto count = static_cast<float>(rows.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const float mean = sums[i] / count;
    squares[i] = 1 / std::sqrt(std::max(0.0F, squares[i] / count - mean * mean) + kFloor);
  }
  for (std::size_t i = 0; i < rows.columns.size(); ++i) rows.values[i] *= squares[rows.columns[i]];
  return squares;
}

// Each fold as it looks to weights that were learnt without it.
std::vector<float> held_out_sums(const Examples& examples, const LogisticSettings& settings) {
  std::vector<float> sums(examples.classes.size() * settings.classes);
  auto classes = examples.classes;
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    for (std::size_t i = 0; i < classes.size(); ++i)
      classes[i] = examples.folds[i] == fold ? LabelledUser::kNone : examples.classes[i];
    const auto weights = fit_logistic(examples.rows, classes, settings);
    for (std::size_t i = 0; i < classes.size(); ++i)
      if (examples.folds[i] == fold)
        logistic_sums(examples.rows, i, weights, std::span(sums).subspan(i * settings.classes, settings.classes));
  }
  return sums;
}

std::vector<float> chances_of(std::span<const float> sums, float factor) {
  std::vector<float> chances(sums.begin(), sums.end());
  for (auto& chance : chances) chance *= factor;
  softmax(chances);
  return chances;
}

double held_out_loss(const Examples& examples, std::span<const float> sums, const LogisticSettings& settings,
                     float factor) {
  double loss = 0;
  const auto wrong = settings.wrong / static_cast<float>(settings.classes);
  for (std::size_t i = 0; i < examples.classes.size(); ++i) {
    const auto chances = chances_of(sums.subspan(i * settings.classes, settings.classes), factor);
    loss -= std::log((1 - settings.wrong) * chances[examples.classes[i]] + wrong);
  }
  return loss;
}

// How much the sums are to be trusted (temperature scaling: Guo, Pleiss, Sun and Weinberger, ICML 2017).
float calibrated(const Examples& examples, std::span<const float> sums, const LogisticSettings& settings) {
  float best = 1;
  double least = HUGE_VAL;
  for (float factor = 0.25F; factor < 2.6F; factor *= 1.19F) {
    const double loss = held_out_loss(examples, sums, settings, factor);
    if (loss >= least) continue;
    least = loss;
    best = factor;
  }
  return best;
}

}  // namespace

AttributeHeads::Guesses AttributeHeads::train(std::span<const LabelledUser> users) {
  Guesses guesses(users.size());
  weights_.assign(kTokens + hidden_width_, {});
  may_be_.fill(false);
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
    std::array<std::size_t, kMostValues> counts{};
    for (const auto& user : users)
      if (user.labels[attribute] < kMostValues && user.acts.size() >= kFewestActs) ++counts[user.labels[attribute]];
    const auto enough = std::ranges::count_if(counts, [](auto count) { return count >= kFewestLabels; });
    knows_[attribute] = enough >= 2;
    if (!knows_[attribute]) continue;
    const auto may_be = scores_of(may_be_, attribute);
    for (std::size_t value = 0; value < may_be.size(); ++value) may_be[value] = counts[value] >= kFewestLabels;
    train_one(users, attribute, guesses);
  }
  return guesses;
}

void AttributeHeads::adopt(std::vector<ValueScores> weights, const std::array<bool, kValues>& may_be) {
  weights_ = std::move(weights);
  may_be_ = may_be;
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute)
    knows_[attribute] = std::ranges::count(scores_of(may_be_, attribute), true) >= 2;
}

void AttributeHeads::train_one(std::span<const LabelledUser> users, std::size_t attribute, Guesses& guesses) {
  ExampleMaker maker;
  std::array<std::size_t, kMostValues> seen{};
  const auto may_be = scores_of(may_be_, attribute);
  for (std::size_t i = 0; i < users.size(); ++i) {
    const auto label = users[i].labels[attribute];
    if (label < may_be.size() && may_be[label] && users[i].acts.size() >= kFewestActs)
      maker.add(users[i], i, label, seen[label]++ % kFolds);
  }
  auto examples = maker.take();
  const auto factors = even_out(examples);
  LogisticSettings settings;
  settings.columns = examples.tokens.size();
  settings.classes = may_be.size();
  settings.pull = kPull;
  const auto sums = held_out_sums(examples, settings);
  const float trust = calibrated(examples, sums, settings);
  // The last of a user's examples is the one with all acts.
  for (std::size_t i = 0; i < examples.users.size(); ++i)
    std::ranges::copy(chances_of(std::span(sums).subspan(i * settings.classes, settings.classes), trust),
                      scores_of(guesses[examples.users[i]], attribute).begin());
  const auto weights = fit_logistic(examples.rows, examples.classes, settings);
  for (std::size_t column = 0; column < examples.tokens.size(); ++column)
    for (std::size_t c = 0; c < settings.classes; ++c)
      weights_[examples.tokens[column]][kFirstValue[attribute] + c] =
          trust * factors[column] * weights[column * settings.classes + c];
}

ValueScores AttributeHeads::score(const KnownAct& act, std::span<const float> hidden) const {
  ValueScores scores{};
  if (weights_.empty()) return scores;
  const auto add = [&](const ValueScores& weights, float times) {
    for (std::size_t i = 0; i < kValues; ++i) scores[i] += weights[i] * times;
  };
  for (const auto token : tokens_of(act)) add(weights_[token], 1);
  for (std::size_t i = 0; i < hidden.size(); ++i) add(weights_[kTokens + i], hidden[i]);
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
    const auto mine = scores_of(scores, attribute);
    const float most = *std::ranges::max_element(mine);
    float mean = 0;
    for (const auto score : mine) mean += std::exp(score - most) / static_cast<float>(mine.size());
    for (auto& score : mine) score -= most + std::log(mean);
  }
  return scores;
}

}  // namespace harbinger::orchestrate
