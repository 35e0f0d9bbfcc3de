#include "orchestrate/context_mixer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <ranges>

namespace harbinger::orchestrate {
namespace {

// Rates of learning sink with the root of what was learnt, down to a least one. The shared weights learn by the sign of their gradient as much as by its size.
constexpr float kRate = 0.001F, kLeastRate = 0.0001F;
constexpr float kSharedRate = 0.001F, kLeastSharedRate = 0.00001F;
constexpr float kMostWeight = 8;
// Before anything was learnt, the chain is heard a little, and inputs as if each told two parts of one thing.
constexpr float kFirstChain = 0.3F, kFirstInputs = 3;
// Log odds that speak neither for a symbol nor against it.
constexpr float kNeutral = -4;
constexpr float kTriesRemembered = 2'000;

std::size_t grade_of(const ContextCounts& counts) noexcept {
  const auto often = std::min<std::size_t>(static_cast<std::size_t>(std::log2(counts.total + 1)), 7);
  const auto told_apart = std::clamp<std::size_t>(counts.used, 1, 3);
  return often * 3 + told_apart - 1;
}

float sinking(float rate, float least, std::uint64_t learnt) noexcept {
  return std::max(least, rate / std::sqrt(1 + static_cast<float>(learnt) / 100));
}

}  // namespace

float ContextMixer::Forecast::of(Symbol symbol) const noexcept {
  float other = 0;
  for (const auto& guess : guesses) {
    if (guess.symbol == symbol) return guess.probability;
    if (guess.symbol == kOtherSymbol) other = guess.probability;
  }
  return other / unlisted;
}

ContextMixer::ContextMixer(const Settings& settings)
    : settings_(settings),
      table_(settings.contexts),
      popular_(std::min<Symbol>(settings.symbols, 65'536)),
      rank_of_(popular_.size(), UINT32_MAX),
      odds_((1 + settings.inputs) * kStates),
      shared_{kFirstChain, kFirstInputs / static_cast<float>(std::max<std::size_t>(settings.inputs, 1))},
      place_(popular_.size()) {
  std::size_t values = kGrades;
  for (const auto each : settings_.sets) values += each;
  weights_.resize(values * rows());
  weights_[0] = 1 - kFirstChain;  // where no longer context is known, what is popular is all there is
}

float ContextMixer::base(Symbol symbol) const noexcept {
  const auto known = static_cast<float>(ranks_.size()) + 1;
  return (popular_[symbol] + 0.5F) / (popular_total_ + 0.5F * known);
}

void ContextMixer::list(Forecast& forecast) const {
  auto& symbols = forecast.symbols;
  symbols.clear();
  const auto add = [&](Symbol symbol) {
    if (place_[symbol] != 0 || symbols.size() >= settings_.candidates) return;
    symbols.push_back(symbol);
    place_[symbol] = static_cast<std::uint16_t>(symbols.size());
  };
  add(kOtherSymbol);
  for (const auto* counts : forecast.found | std::views::reverse)
    if (counts != nullptr)
      for (std::size_t i = 0; i < counts->used; ++i) add(counts->symbol[i]);
  for (const auto symbol : ranks_) {
    if (symbols.size() >= settings_.candidates) break;
    add(symbol);
  }
  const auto listed = static_cast<float>(symbols.size());
  forecast.unlisted = std::max(static_cast<float>(ranks_.size()) + 2 - listed, 1.0F);
}

// Prediction by partial match, interpolated: each longer context is believed as far as it told things before (method C of Moffat, 1990).
void ContextMixer::hear_chain(Forecast& forecast) const {
  const auto many = forecast.symbols.size();
  float* chain = forecast.said.data();
  for (std::size_t i = 0; i < many; ++i) chain[i] = base(forecast.symbols[i]);
  forecast.grades[0] = 0;
  for (std::size_t input = 0; input < settings_.chain; ++input) {
    const auto* counts = forecast.found[input];
    if (counts == nullptr || counts->used == 0) continue;
    const auto kept = static_cast<float>(counts->used);
    const float all = counts->total + kept;
    for (std::size_t i = 0; i < many; ++i) chain[i] *= kept / all;
    for (std::size_t i = 0; i < counts->used; ++i)
      if (const std::size_t at = place_[counts->symbol[i]]; at != 0) chain[at - 1] += counts->often[i] / all;
    forecast.grades[0] = static_cast<std::uint16_t>(grade_of(*counts));
  }
  for (std::size_t i = 0; i < many; ++i) chain[i] = std::log(std::max(chain[i], 1e-7F));
}

std::size_t ContextMixer::state_of(const ContextCounts& counts, std::size_t i) noexcept {
  constexpr std::array<float, kShares - 1> kSteps{0.01F, 0.03F, 0.07F, 0.15F, 0.3F, 0.5F, 0.7F, 0.88F, 0.98F};
  const auto met = std::min<std::size_t>(static_cast<std::size_t>(std::log2(std::max(counts.total, 1.0F))), kMet - 1);
  const float share = counts.often[i] / std::max(counts.total, 1e-3F);
  const auto level = static_cast<std::size_t>(std::ranges::upper_bound(kSteps, share) - kSteps.begin());
  std::size_t last = 0;
  if (counts.symbol[i] == counts.last) last = counts.run >= 4 ? 3 : counts.run >= 2 ? 2 : 1;
  return (met * kShares + level) * kLasts + last;
}

// What is known of an input's state adds to what is known of the state in all of them, and that to the plain share.
float ContextMixer::came_true(std::size_t input, std::size_t state, float share) const noexcept {
  const auto& all = odds_[state];
  const auto& own = odds_[(1 + input) * kStates + state];
  const float shared = (all[1] + 2 * share) / (all[0] + 2);
  return std::clamp((own[1] + 4 * shared) / (own[0] + 4), 0.001F, 0.999F);
}

void ContextMixer::hear_input(Forecast& forecast, std::size_t input) const {
  const auto& counts = *forecast.found[input];
  float* said = &forecast.said[(1 + input) * forecast.symbols.size()];
  for (std::size_t i = 0; i < counts.used; ++i) {
    const std::size_t at = place_[counts.symbol[i]];
    if (at == 0) continue;
    const float hit = came_true(input, state_of(counts, i), counts.often[i] / (counts.total + 1.5F));
    said[at - 1] = std::log(hit / (1 - hit)) - kNeutral;
  }
  forecast.grades[1 + input] = static_cast<std::uint16_t>(grade_of(counts));
}

template <class Visit>
void ContextMixer::each_weight(const Forecast& forecast, std::size_t row, Visit visit) const {
  visit(forecast.grades[row] * rows() + row);
  std::size_t first = kGrades;
  for (std::size_t set = 0; set < settings_.sets.size(); ++set) {
    visit((first + std::min(forecast.selectors[set], settings_.sets[set] - 1)) * rows() + row);
    first += settings_.sets[set];
  }
}

float ContextMixer::weight(const Forecast& forecast, std::size_t row) const {
  float weight = shared_[row == 0 ? 0 : 1];
  each_weight(forecast, row, [&](std::size_t at) { weight += weights_[at]; });
  return weight;
}

void ContextMixer::mix(Forecast& forecast) const {
  const auto many = forecast.symbols.size();
  auto& stated = forecast.stated;
  stated.assign(many, 0);
  for (std::size_t row = 0; row < rows(); ++row) {
    if (forecast.grades[row] == kSilent) continue;
    const float by = weight(forecast, row);
    const float* said = &forecast.said[row * many];
    for (std::size_t i = 0; i < many; ++i) stated[i] += by * said[i];
  }
  const float most = *std::ranges::max_element(stated);
  float sum = 0;
  for (auto& each : stated) sum += each = std::exp(each - most);
  for (auto& each : stated) each /= sum;
}

void ContextMixer::state_guesses(Forecast& forecast) const {
  auto& guesses = forecast.guesses;
  guesses.clear();
  for (std::size_t i = 0; i < forecast.symbols.size(); ++i)
    guesses.push_back({forecast.symbols[i], forecast.stated[i]});
  std::ranges::stable_sort(guesses, std::greater{}, &Guess::probability);
  if (settings_.calibrated && guesses.size() > 1) correct(guesses);
}

// Only the first is corrected, and stays the first: its record is the one that is known well.
void ContextMixer::correct(std::vector<Guess>& guesses) const {
  const float first = guesses[0].probability, second = guesses[1].probability, rest = std::max(1 - first, 1e-6F);
  const float least = second / (rest + second);
  const float now = std::max(std::min(calibration_.corrected(0, first), 1 - 1e-6F), least);
  for (auto& guess : guesses) guess.probability *= (1 - now) / rest;
  guesses[0].probability = std::max(now, guesses[1].probability);  // rounding may not change places
}

void ContextMixer::predict(std::span<const std::uint64_t> contexts, std::span<const std::uint32_t> selectors,
                           Forecast& forecast) const {
  forecast.contexts.assign(contexts.begin(), contexts.end());
  forecast.contexts.resize(settings_.inputs);
  forecast.selectors.assign(selectors.begin(), selectors.end());
  forecast.selectors.resize(settings_.sets.size());
  forecast.found.assign(settings_.inputs, nullptr);
  for (std::size_t input = 0; input < settings_.inputs; ++input)
    if (const auto context = forecast.contexts[input]; context != 0)
      forecast.found[input] = table_.find(context_of(context, input));

  list(forecast);
  forecast.said.assign(rows() * forecast.symbols.size(), 0);
  forecast.grades.assign(rows(), kSilent);
  hear_chain(forecast);
  for (std::size_t input = 0; input < settings_.inputs; ++input)
    if (forecast.found[input] != nullptr) hear_input(forecast, input);
  for (const auto symbol : forecast.symbols) place_[symbol] = 0;
  mix(forecast);
  state_guesses(forecast);
}

void ContextMixer::learn(const Forecast& forecast, Symbol came) { learn({&forecast, 1}, {&came, 1}); }

void ContextMixer::learn(std::span<const Forecast> forecasts, std::span<const Symbol> came) {
  for (std::size_t i = 0; i < forecasts.size(); ++i) {
    const auto& symbols = forecasts[i].symbols;
    const auto found = std::ranges::find(symbols, known(came[i]));
    const auto at = found == symbols.end() ? 0 : static_cast<std::size_t>(found - symbols.begin());
    learn_weights(forecasts[i], at);
    const auto first = std::ranges::max_element(forecasts[i].stated);
    calibration_.learn(0, *first,
                       symbols[static_cast<std::size_t>(first - forecasts[i].stated.begin())] == symbols[at]);
    learn_odds(forecasts[i], known(came[i]));
    // What was not among the candidates is a surprise of its own kind.
    if (found == symbols.end()) learn_base(kOtherSymbol);
    ++learnt_;
  }
  for (std::size_t i = 0; i < forecasts.size(); ++i) {
    learn_counts(forecasts[i], known(came[i]));
    learn_base(known(came[i]));
  }
}

void ContextMixer::learn_weights(const Forecast& forecast, std::size_t came) {
  const auto many = forecast.symbols.size();
  const float rate = sinking(kRate, kLeastRate, learnt_);
  std::array<float, 2> pulls{};
  for (std::size_t row = 0; row < rows(); ++row) {
    if (forecast.grades[row] == kSilent) continue;
    const float* said = &forecast.said[row * many];
    float slope = said[came];
    for (std::size_t i = 0; i < many; ++i) slope -= forecast.stated[i] * said[i];
    pulls[row == 0 ? 0 : 1] += slope;
    each_weight(forecast, row, [&](std::size_t at) {
      weights_[at] = std::clamp(weights_[at] + rate * slope, -kMostWeight, kMostWeight);
    });
  }
  learn_shared(pulls);
}

void ContextMixer::learn_shared(std::array<float, 2> pulls) {
  const float rate = sinking(kSharedRate, kLeastSharedRate, learnt_);
  for (std::size_t i = 0; i < pulls.size(); ++i) {
    const float square = pulls[i] * pulls[i];
    usual_pull_[i] += (square - usual_pull_[i]) / std::min(static_cast<float>(learnt_) + 2, 1'000.0F);
    const float step = std::clamp(pulls[i] / std::sqrt(usual_pull_[i] + 1e-6F), -3.0F, 3.0F);
    shared_[i] = std::clamp(shared_[i] + rate * step, -kMostWeight, kMostWeight);
  }
}

void ContextMixer::learn_odds(const Forecast& forecast, Symbol came) {
  for (std::size_t input = 0; input < settings_.inputs; ++input) {
    const auto* counts = forecast.found[input];
    if (counts == nullptr) continue;
    for (std::size_t i = 0; i < counts->used; ++i)
      for (const auto row : {std::size_t{0}, 1 + input}) {
        auto& [tries, hits] = odds_[row * kStates + state_of(*counts, i)];
        tries += 1, hits += counts->symbol[i] == came ? 1 : 0;
        if (tries > kTriesRemembered) tries /= 2, hits /= 2;
      }
  }
}

void ContextMixer::learn_counts(const Forecast& forecast, Symbol came) {
  for (std::size_t input = 0; input < settings_.inputs; ++input)
    if (const auto context = forecast.contexts[input]; context != 0)
      table_.make(context_of(context, input)).learn(came, settings_.memory);
}

void ContextMixer::learn_base(Symbol came) {
  if (popular_total_ > settings_.base_memory) {
    for (auto& each : popular_) each *= 0.5F;
    popular_total_ *= 0.5F;
  }
  popular_total_ += 1;
  popular_[came] += 1;
  if (came == kOtherSymbol) return;
  if (rank_of_[came] == UINT32_MAX) {
    rank_of_[came] = static_cast<std::uint32_t>(ranks_.size());
    ranks_.push_back(came);
  }
  for (auto at = rank_of_[came]; at > 0 && popular_[ranks_[at - 1]] < popular_[came]; --at) {
    std::swap(ranks_[at - 1], ranks_[at]);
    rank_of_[ranks_[at]] = at, rank_of_[came] = at - 1;
  }
}

std::size_t ContextMixer::octets() const noexcept {
  return table_.octets() + (weights_.size() + odds_.size() * 2 + popular_.size() * 4) * sizeof(float);
}

}  // namespace harbinger::orchestrate
