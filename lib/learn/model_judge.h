// Is the sequence model worth its keep? Its first guess beside that of a plain first-order Markov chain, over the last hour.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/clock.h>
#include <harbinger/sequence_model.h>
#include "learn/baselines.h"

namespace harbinger {

/// Test-then-train on the live stream: both are asked for a client's next distinct resource before it is known, and learn it after. One
/// thread.
class ModelJudge {
 public:
  explicit ModelJudge(std::size_t clients = 16'384, std::size_t contexts = 65'536);

  /// `client` wanted `resource`, which the model has not learnt yet.
  void score(ClientKey client, std::uint64_t resource, MonotonicTime now);
  /// The model has learnt it: what will be next? Only when `judged` are the two asked; the Markov chain learns all the same.
  void guess(ClientKey client, std::uint64_t resource, MonotonicTime now, UnixMillis at, SequenceModel& model,
             bool judged);

  struct Rates {
    std::uint64_t steps = 0, model_hits = 0, markov_hits = 0;
    double model() const { return steps ? static_cast<double>(model_hits) / static_cast<double>(steps) : 0; }
    double markov() const { return steps ? static_cast<double>(markov_hits) / static_cast<double>(steps) : 0; }
    /// Whether the model does worse, by more than chance explains.
    bool below_markov() const;
  };
  /// Over the last hour.
  Rates rates(MonotonicTime now) const;

 private:
  static constexpr std::size_t kParts = 12;
  struct Pending {
    ClientKey client = 0;
    std::uint64_t resource = 0, model = 0, markov = 0;
    MonotonicTime at;
    bool judged = false;
  };
  struct Part {
    std::int64_t number = -1;
    Rates rates;
  };
  Pending& pending(ClientKey client) { return pending_[client % pending_.size()]; }

  const std::unique_ptr<Baseline> markov_;
  std::vector<Pending> pending_;
  std::array<Part, kParts> parts_;
};

}  // namespace harbinger
