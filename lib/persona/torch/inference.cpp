#include "persona/torch/inference.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "persona/torch/kernels.h"

namespace harbinger::persona::nn {

namespace {

// So many rows of products stay in the second cache until they are used.
constexpr std::size_t kBlock = 256;

at::Tensor view(const float* data, std::size_t rows, std::size_t columns, std::size_t stride) {
  // from_blob knows no const; what is read only is never an output below.
  return at::from_blob(const_cast<float*>(data), {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)},
                       {static_cast<std::int64_t>(stride), 1}, at::kFloat);
}

at::Tensor view(const Weights& weights, Part part) {
  const Shape shape = shape_of(part);
  return view(weights.of(part), shape.rows, shape.columns, shape.columns);
}

// Rows of all embeddings one below the other, as the gates see them.
std::vector<float> gate_table(const Weights& weights) {
  std::vector<float> table(table_rows_before(kFields) * kGates);
  const at::Tensor input = view(weights, Part::input);
  std::int64_t column = 0;
  for (std::size_t field = 0; field < kFields; ++field) {
    const Shape shape = kEmbeddings[field];
    const auto width = static_cast<std::int64_t>(shape.columns);
    at::Tensor out = view(table.data() + table_rows_before(field) * kGates, shape.rows, kGates, kGates);
    at::mm_out(out, view(weights, static_cast<Part>(field)), input.narrow(1, column, width).t());
    column += width;
  }
  return table;
}

// Every act has exactly one row of the actions, so that the biases can be there. The new gate's of the state is inside of a product, and stays.
void add_biases(const Weights& weights, std::vector<float>& table) {
  const auto field = static_cast<std::size_t>(Part::action);
  for (std::size_t row = 0; row < kEmbeddings[field].rows; ++row) {
    float* gates = table.data() + (table_rows_before(field) + row) * kGates;
    for (std::size_t at = 0; at < kGates; ++at) gates[at] += weights.of(Part::input_bias)[at];
    for (std::size_t at = 0; at < 2 * kHidden; ++at) gates[at] += weights.of(Part::state_bias)[at];
  }
}

std::vector<float> both_matrices(const Weights& weights, std::size_t width) {
  std::vector<float> both(kHidden * width);
  view(both.data(), kHidden, kGates, width).copy_(view(weights, Part::state).t());
  view(both.data() + kGates, kHidden, kTargets, width).copy_(view(weights, Part::head).t());
  return both;
}

}  // namespace

Inference::Inference(const Weights& weights) : product_(kBlock * kBoth), fields_(kBlock) {
  const at::InferenceMode guard;
  table_ = gate_table(weights);
  add_biases(weights, table_);
  both_ = both_matrices(weights, kBoth);
  const float* bias = weights.of(Part::state_bias) + 2 * kHidden;
  new_bias_.assign(bias, bias + kHidden);
  head_bias_.assign(weights.of(Part::head_bias), weights.of(Part::head_bias) + kTargets);
}

void Inference::step(std::span<const EventCode> events, std::span<float> hidden, std::span<float> surprise) {
  const at::InferenceMode guard;
  for (std::size_t from = 0; from < events.size(); from += kBlock) {
    const std::size_t count = std::min(kBlock, events.size() - from);
    step_block(events.subspan(from, count), hidden.data() + from * kHidden,
               surprise.empty() ? nullptr : surprise.data() + from);
  }
}

void Inference::step_block(std::span<const EventCode> events, float* hidden, float* surprise) {
  const std::size_t count = events.size(), width = surprise ? kBoth : kGates;
  at::Tensor product = view(product_.data(), count, width, width);
  at::mm_out(product, view(hidden, count, kHidden, kHidden), view(both_.data(), kHidden, width, kBoth));
  if (surprise) kernels().surprise(product_.data() + kGates, width, head_bias_.data(), events.data(), surprise, count);
  std::ranges::transform(events, fields_.begin(), fields_of);
  kernels().advance(table_.data(), fields_.data(), product_.data(), width, new_bias_.data(), hidden, count);
}

void Inference::predict(std::span<const float> hidden, std::span<float> out) {
  const at::InferenceMode guard;
  const std::size_t count = hidden.size() / kHidden;
  if (count == 0) return;
  at::Tensor logits = view(out.data(), count, kTargets, kTargets);
  at::mm_out(logits, view(hidden.data(), count, kHidden, kHidden),
             view(both_.data() + kGates, kHidden, kTargets, kBoth));
  kernels().log_softmax(out.data(), head_bias_.data(), count);
}

}  // namespace harbinger::persona::nn
