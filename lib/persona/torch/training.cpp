#include "persona/torch/training.h"

#include <ATen/ATen.h>
#include <torch/autograd.h>

#include <algorithm>
#include <cmath>
#include <numeric>

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

// Acts in order of their place, first those that are first in their sequence.
struct Packed {
  std::vector<std::int64_t> sizes;                        // sequences that are so long, by place
  std::array<std::vector<std::int64_t>, kFields> fields;  // rows of the embeddings
  std::vector<std::int64_t> targets;
  std::vector<std::int64_t>
      before;  // number of the state before an act; 0 is a new client's, n + 1 the state after act n
};

Packed packed(const Sequences& sequences) {
  Packed all;
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

at::Tensor numbers(const std::vector<std::int64_t>& values) {
  return at::from_blob(const_cast<std::int64_t*>(values.data()), {std::ssize(values)}, at::kLong);
}

// The weights as leaves, in the memory where they are; gradients go to `gradient`.
std::vector<at::Tensor> leaves_of(const Weights& weights) {
  std::vector<at::Tensor> leaves;
  for (std::size_t part = 0; part < static_cast<std::size_t>(Part::limit); ++part) {
    const Shape shape = shape_of(static_cast<Part>(part));
    std::vector<std::int64_t> sizes{static_cast<std::int64_t>(shape.rows)};
    if (shape.columns > 1) sizes.push_back(static_cast<std::int64_t>(shape.columns));
    auto* data = const_cast<float*>(weights.of(static_cast<Part>(part)));
    leaves.push_back(at::from_blob(data, sizes, at::kFloat).requires_grad_(true));
  }
  return leaves;
}

at::Tensor embedded(const std::vector<at::Tensor>& leaves, const Packed& acts) {
  std::vector<at::Tensor> columns;
  for (std::size_t field = 0; field < kFields; ++field)
    columns.push_back(at::embedding(leaves[field], numbers(acts.fields[field])));
  return at::cat(columns, 1);
}

at::Tensor mean_loss(const std::vector<at::Tensor>& leaves, const Packed& acts) {
  const auto leaf = [&](Part part) { return leaves[static_cast<std::size_t>(part)]; };
  const std::array gru{leaf(Part::input), leaf(Part::state), leaf(Part::input_bias), leaf(Part::state_bias)};
  const at::Tensor new_clients = at::zeros({1, acts.sizes[0], std::int64_t{kHidden}});
  const at::Tensor after =
      std::get<0>(at::gru(embedded(leaves, acts), numbers(acts.sizes), new_clients, gru, true, 1, 0.0, true, false));
  const at::Tensor states = at::cat({at::zeros({1, std::int64_t{kHidden}}), after}, 0);
  const at::Tensor before = states.index_select(0, numbers(acts.before));
  const at::Tensor logits = at::addmm(leaf(Part::head_bias), before, leaf(Part::head).t());
  return at::cross_entropy_loss(logits, numbers(acts.targets));
}

void collect(const std::vector<at::Tensor>& gradients, std::vector<float>& out) {
  out.assign(offset_of(Part::limit), 0);
  for (std::size_t part = 0; part < gradients.size(); ++part) {
    if (!gradients[part].defined()) continue;
    const at::Tensor dense = gradients[part].contiguous();
    std::copy_n(dense.data_ptr<float>(), dense.numel(),
                out.begin() + static_cast<std::ptrdiff_t>(offset_of(static_cast<Part>(part))));
  }
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
                         std::vector<float>& gradient) {
  const at::AutoGradMode recording(true);
  const Packed acts = packed(shortened(batch, longest));
  if (acts.targets.empty()) {
    gradient.assign(offset_of(Part::limit), 0);
    return 0;
  }
  const std::vector<at::Tensor> leaves = leaves_of(weights);
  const at::Tensor loss = mean_loss(leaves, acts);
  collect(torch::autograd::grad({loss}, leaves, {}, false, false, true), gradient);
  return loss.item<float>();
}

void adam(Weights& weights, std::vector<float>& gradient, Momentum& momentum, const TrainingSettings& settings) {
  const std::size_t size = weights.all.size();
  momentum.mean.resize(size);
  momentum.square.resize(size);
  ++momentum.steps;
  shorten(gradient, settings.most_gradient);
  const auto steps = static_cast<double>(momentum.steps);
  const auto mean_scale = static_cast<float>(1 / (1 - std::pow(settings.steady, steps)));
  const auto square_scale = static_cast<float>(1 / (1 - std::pow(settings.steady_square, steps)));
  for (std::size_t at = 0; at < size; ++at) {
    const float slope = gradient[at];
    if (slope == 0) continue;
    float &mean = momentum.mean[at], &square = momentum.square[at];
    mean += (1 - settings.steady) * (slope - mean);
    square += (1 - settings.steady_square) * (slope * slope - square);
    weights.all[at] -= settings.rate * mean * mean_scale / (std::sqrt(square * square_scale) + 1e-8f);
  }
}

}  // namespace harbinger::persona::nn
