#include "persona/torch/training.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace harbinger::persona::nn {

namespace {

using Sequences = std::vector<Network::Sequence>;

// The last acts of each, longest first, as packed sequences are.
Sequences shortened(std::span<const Network::Sequence> batch, std::size_t longest) {
  Sequences sequences;
  for (const auto sequence : batch)
    if (!sequence.empty()) sequences.push_back(sequence.last(std::min(sequence.size(), longest)));
  std::ranges::stable_sort(sequences, std::greater<>{}, &Network::Sequence::size);
  return sequences;
}

PackedActs packed(const Sequences& sequences) {
  PackedActs all;
  all.fields.resize(kFields);
  std::int64_t begin = 0, begin_before = 0;
  for (std::size_t at = 0; !sequences.empty() && at < sequences[0].size(); ++at) {
    std::int64_t size = 0;
    for (; size < std::ssize(sequences) && sequences[static_cast<std::size_t>(size)].size() > at; ++size) {
      const EventCode& event = sequences[static_cast<std::size_t>(size)][at];
      const Fields fields = fields_of(event);
      for (std::size_t field = 0; field < kFields; ++field) all.fields[field].push_back(fields[field]);
      all.targets.push_back(event.target);
      all.before.push_back(at == 0 ? 0 : begin_before + size + 1);
    }
    all.sizes.push_back(size);
    begin_before = begin;
    begin += size;
  }
  return all;
}

Model model(const Weights& weights) {
  std::vector<View> embeddings;
  for (std::size_t field = 0; field < kFields; ++field) embeddings.push_back(view(weights, static_cast<Part>(field)));
  return {std::move(embeddings),         view(weights, Part::input),      view(weights, Part::input_bias),
          view(weights, Part::state),    view(weights, Part::state_bias), view(weights, Part::head),
          view(weights, Part::head_bias)};
}

void shorten(std::vector<float>& gradient, float most) {
  double square = 0;
  for (const float part : gradient) square += double{part} * part;
  const double norm = std::sqrt(square);
  if (norm <= most) return;
  const auto factor = static_cast<float>(most / norm);
  for (float& part : gradient) part *= factor;
}

}  // namespace

double loss_and_gradient(const Weights& weights, std::span<const Network::Sequence> batch, std::size_t longest,
                         Weights& gradient) {
  std::ranges::fill(gradient.all, 0.0f);
  const PackedActs acts = packed(shortened(batch, longest));
  return acts.targets.empty() ? 0 : loss_and_slopes(model(weights), acts, model(gradient));
}

void adam(Weights& weights, Weights& gradient, Momentum& momentum, const TrainingSettings& settings) {
  const std::size_t size = weights.all.size();
  momentum.mean.resize(size);
  momentum.square.resize(size);
  ++momentum.steps;
  shorten(gradient.all, settings.most_gradient);
  const auto steps = static_cast<double>(momentum.steps);
  const auto mean_scale = static_cast<float>(1 / (1 - std::pow(settings.steady, steps)));
  const auto square_scale = static_cast<float>(1 / (1 - std::pow(settings.steady_square, steps)));
  for (std::size_t at = 0; at < size; ++at) {
    const float slope = gradient.all[at];
    if (slope == 0) continue;
    float &mean = momentum.mean[at], &square = momentum.square[at];
    mean += (1 - settings.steady) * (slope - mean);
    square += (1 - settings.steady_square) * (slope * slope - square);
    weights.all[at] -= settings.rate * mean * mean_scale / (std::sqrt(square * square_scale) + 1e-8f);
  }
}

}  // namespace harbinger::persona::nn
