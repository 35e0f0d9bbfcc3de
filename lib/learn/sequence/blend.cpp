#include "learn/sequence/blend.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace harbinger::sequence {
namespace {

constexpr float kRate = 0.03f;
constexpr float kShift = 4;  // log odds of a rare event, so that silence and rare evidence are about equal
constexpr std::size_t kFirstShare = 2 * kTerms + 2;
constexpr float kSmallStep = 1e-4f;

float speakers(const Candidate& candidate) {
  constexpr std::uint32_t kGeneral =
      1u << static_cast<unsigned>(Term::resource) | 1u << static_cast<unsigned>(Term::situation);
  static const auto kLog = [] {
    std::array<float, 33> logs{};
    for (std::size_t n = 0; n < logs.size(); ++n) logs[n] = std::log1p(static_cast<float>(n));
    return logs;
  }();
  return kLog[static_cast<std::size_t>(std::popcount(candidate.terms & ~kGeneral))];
}

template <class Use>
void for_each_term(std::uint32_t terms, Use use) {
  for (; terms != 0; terms &= terms - 1) use(static_cast<std::size_t>(std::countr_zero(terms)));
}

}  // namespace

Blend::Blend() {
  const auto fresh = [](Weights& weights) { weights.squares.fill(1e-3f); };
  fresh(state_.all);
  for (Weights& weights : state_.of_moment) fresh(weights);
  for (Weights& weights : state_.of_persona) fresh(weights);
  for (std::size_t term = 0; term < kTerms; ++term) state_.all.value[2 * term] = 0.25f;
}

float Blend::log_odds(const Evidence& evidence, const Candidate& candidate, std::size_t term) const noexcept {
  return evidence.cell(static_cast<Term>(term), candidate.cells[term]).log_odds + kShift;
}

void Blend::weigh(Candidates& candidates, const Evidence& evidence) const {
  std::array<float, kFeatures> weights;
  const Weights& moment = state_.of_moment[candidates.moment];
  const Weights& persona = state_.of_persona[candidates.persona];
  float silent = 0;
  for (std::size_t at = 0; at < kFeatures; ++at)
    weights[at] = state_.all.value[at] + moment.value[at] + persona.value[at];
  for (std::size_t term = 0; term < kTerms; ++term) silent += weights[2 * term + 1];

  auto highest = static_cast<float>(state_.other);
  for (Candidate& each : candidates) {
    float score = silent + weights[2 * kTerms] + weights[2 * kTerms + 1] * speakers(each);
    for_each_term(each.terms, [&](std::size_t term) {
      score += weights[2 * term] * log_odds(evidence, each, term) - weights[2 * term + 1];
    });
    for (std::size_t at = 0; at < kShares; ++at) score += weights[kFirstShare + at] * each.shares[at];
    each.score = score;
    highest = std::max(highest, score);
  }
  float sum = candidates.other = std::exp(static_cast<float>(state_.other) - highest);
  for (Candidate& each : candidates) sum += each.next = std::exp(each.score - highest);
  for (Candidate& each : candidates) each.next /= sum;
  candidates.other /= sum;
}

void Blend::learn(const Candidates& candidates, const Candidate* came, Evidence& evidence) {
  std::array<float, kFeatures> gradient{};
  float silent = 0;
  for (const Candidate& each : candidates) {
    const float miss = (&each == came ? 1.0f : 0.0f) - each.next;
    if (std::fabs(miss) >= kSmallStep) {
      silent += miss;
      gradient[2 * kTerms] += miss;
      gradient[2 * kTerms + 1] += miss * speakers(each);
      for (std::size_t at = 0; at < kShares; ++at) gradient[kFirstShare + at] += miss * each.shares[at];
      for_each_term(each.terms, [&](std::size_t term) {
        gradient[2 * term] += miss * log_odds(evidence, each, term);
        gradient[2 * term + 1] -= miss;
      });
    }
  }
  for (std::size_t term = 0; term < kTerms; ++term) gradient[2 * term + 1] += silent;
  step(gradient, candidates.moment, candidates.persona);

  const double other = (came ? 0.0 : 1.0) - static_cast<double>(candidates.other);
  state_.other_squares += other * other;
  state_.other += static_cast<double>(kRate) * other / std::sqrt(state_.other_squares);
  for (const Candidate& each : candidates)
    for_each_term(each.terms,
                  [&](std::size_t term) { evidence.learn(static_cast<Term>(term), each.cells[term], &each == came); });
}

void Blend::step(const std::array<float, kFeatures>& gradient, unsigned moment, PersonaId persona) {
  const auto move = [&](Weights& weights, float rate) {
    for (std::size_t at = 0; at < kFeatures; ++at) {
      weights.squares[at] += gradient[at] * gradient[at];
      weights.value[at] += rate * gradient[at] / std::sqrt(weights.squares[at]);
    }
  };
  move(state_.all, kRate);
  move(state_.of_moment[moment], kRate / 2);
  if (persona) move(state_.of_persona[persona], kRate / 4);
}

double Blend::weight(Term term, unsigned moment) const noexcept {
  const std::size_t at = 2 * static_cast<std::size_t>(term);
  return static_cast<double>(state_.all.value[at] + state_.of_moment[moment].value[at]);
}

}  // namespace harbinger::sequence
