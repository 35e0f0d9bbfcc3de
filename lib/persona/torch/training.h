// The network backwards: gradients by LibTorch, steps by Adam.
#pragma once

#include <span>
#include <vector>

#include "persona/torch/weights.h"

namespace harbinger::persona::nn {

struct TrainingSettings {
  std::size_t longest = 64;  ///< acts of a sequence; of a longer one, its last
  float rate = 1e-2f;
  float steady = 0.9f, steady_square = 0.99f;  ///< Adam's two decays
  float most_gradient = 1;                     ///< norm; a larger gradient is shortened to it
};

/// What Adam remembers of the gradients before.
struct Momentum {
  std::vector<float> mean, square;
  std::uint64_t steps = 0;
};

/// Mean -ln p of the targets of all acts, each sequence from a new client's state; `gradient` gets its slopes.
/// Acts beyond `longest` from a sequence's end do not count. 0 without acts.
double loss_and_gradient(const Weights& weights, std::span<const Network::Sequence> batch, std::size_t longest,
                         Weights& gradient);

/// One step against `gradient`. Weights with no gradient at all stay as they are: rare names keep what was learnt of them.
void adam(Weights& weights, Weights& gradient, Momentum& momentum, const TrainingSettings& settings);

}  // namespace harbinger::persona::nn
