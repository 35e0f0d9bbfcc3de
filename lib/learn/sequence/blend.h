// One probability out of many terms: weights that follow what has lately come true.
#pragma once

#include <array>
#include <cstddef>

#include "learn/sequence/candidates.h"
#include "learn/sequence/evidence.h"

namespace harbinger::sequence {

/// A softmax over the candidates and "none of these". Each term brings the log odds of its cell, or a weight of its own when it is silent.
/// The weights are learnt as they are used, by gradient steps scaled as in AdaGrad (Duchi, Hazan and Singer, 2011): one set for all moments,
/// and added to it one for each kind of moment and one for each persona: what a crawler does next is told by other evidence than what a
/// reader does. One thread.
class Blend {
 public:
  static constexpr std::size_t kMoments = 32, kPersonas = 256;

  Blend();
  /// Sets `score` and `next` of every candidate, and `other`.
  void weigh(Candidates& candidates, const Evidence& evidence) const;
  /// Takes in that `came` (null: none of these) was wanted. After `weigh`.
  void learn(const Candidates& candidates, const Candidate* came, Evidence& evidence);

  double weight(Term term, unsigned moment) const noexcept;

  /// Per term a weight for its log odds and one for its silence; a bias; one for how many terms speak; those of the shares.
  static constexpr std::size_t kFeatures = 2 * kTerms + 2 + kShares;
  struct Weights {
    std::array<float, kFeatures> value{}, squares{};
  };
  struct State {
    Weights all;
    std::array<Weights, kMoments> of_moment;
    std::array<Weights, kPersonas> of_persona;  ///< those of the default persona stay zero
    double other = 3, other_squares = 1e-3;
  };
  State& state() noexcept { return state_; }
  const State& state() const noexcept { return state_; }

 private:
  float log_odds(const Evidence& evidence, const Candidate& candidate, std::size_t term) const noexcept;
  void step(const std::array<float, kFeatures>& gradient, unsigned moment, PersonaId persona);
  State state_;
};

}  // namespace harbinger::sequence
