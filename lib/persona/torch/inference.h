// The network forwards: many clients one act further, without gradients.
#pragma once

#include <span>
#include <vector>

#include "persona/torch/weights.h"

namespace harbinger::persona::nn {

/// Weights as `step` reads them: every embedding already multiplied with the GRU's input matrix, so that an act's input is a sum of nine rows;
/// state and head matrices side by side, so that a client's state is multiplied once. About 5 MB, made anew after training (2 ms). One thread at a time.
class Inference {
 public:
  explicit Inference(const Weights& weights);

  /// As Network::step and Network::predict.
  void step(std::span<const EventCode> events, std::span<float> hidden, std::span<float> surprise);
  void predict(std::span<const float> hidden, std::span<float> out);

 private:
  static constexpr std::size_t kBoth = kGates + kTargets;

  void step_block(std::span<const EventCode> events, float* hidden, float* surprise);

  std::vector<float> table_, both_, new_bias_, head_bias_;
  std::vector<float> product_;
  std::vector<Fields> fields_;
};

}  // namespace harbinger::persona::nn
