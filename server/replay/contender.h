// What is judged: something that learns from visits and says what is wanted next.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <harbinger/sequence_model.h>
#include "learn/baselines.h"
#include "server/replay/persona_adviser.h"
#include "server/replay/sessions.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

/// A resource that a contender thinks likely; numbers beyond those of the trace stand for texts that never come up in it.
struct Candidate {
  std::uint32_t resource = kNone;
  float next = 0;  ///< probability that it is the next distinct resource
  float soon = 0;  ///< what a threshold for prefetching is held against
};

/// What became of an adviser's word.
struct PersonaUse {
  std::size_t personas = 0;  ///< that accesses came with
  double share = 0;          ///< of the accesses that came with one
};

/// One learner, and one or more ways to ask it ("views"). Sees the visits of a trace one after the other.
class Contender {
 public:
  virtual ~Contender() = default;
  /// The names of its views.
  virtual std::vector<std::string> names() const = 0;
  virtual void learn(const Visit& visit) = 0;
  /// The client moves on, and nothing is learnt from it.
  virtual void follow(const Visit& visit) = 0;
  /// None where clients have no personas.
  virtual std::optional<PersonaUse> personas() const { return std::nullopt; }
  /// Likeliest first, after the client's latest visit; `from` as in Step. Returns how many.
  virtual std::size_t predict(std::size_t view, const Visit& latest, std::uint32_t from, std::span<Candidate> out) = 0;
};

/// One view, named `name`. Its numbers are those of the trace.
std::unique_ptr<Contender> make_baseline_contender(std::string name, std::unique_ptr<Baseline> baseline);

/// The sequence model: view `harbinger` is what it predicts with all that it knows, `harbinger_served` what its table for the query path gives.
/// With an adviser the accesses come with personas, and the views are `harbinger_persona` and `harbinger_persona_served`. The trace outlives it.
std::unique_ptr<Contender> make_harbinger_contender(const Trace& trace, const SequenceModel::Settings& settings,
                                                    std::unique_ptr<PersonaAdviser> adviser = nullptr);

}  // namespace harbinger::replay
