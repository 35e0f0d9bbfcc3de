#include "persona/torch/inference.h"

#include <algorithm>

#include "persona/torch/algebra.h"
#include "persona/torch/kernels.h"

namespace harbinger::persona::nn {

namespace {

// So many rows of products stay in the second cache until they are used.
constexpr std::size_t kBlock = 256;

// Rows of all embeddings one below the other, as the gates see them.
std::vector<float> gate_table(const Weights& weights) {
  std::vector<float> table(table_rows_before(kFields) * kGates);
  const View input = view(weights, Part::input);
  std::size_t column = 0;
  for (std::size_t field = 0; field < kFields; ++field) {
    const Shape shape = kEmbeddings[field];
    multiply(view(weights, static_cast<Part>(field)), input.columns_from(column, shape.columns).turned(),
             {table.data() + table_rows_before(field) * kGates, shape.rows, kGates, kGates, 1});
    column += shape.columns;
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

// Columns of the state's gates, then of the head's targets.
std::vector<float> both_matrices(const Weights& weights, std::size_t width) {
  std::vector<float> both(kHidden * width);
  for (std::size_t row = 0; row < kHidden; ++row)
    for (std::size_t at = 0; at < width; ++at)
      both[row * width + at] = at < kGates ? weights.of(Part::state)[at * kHidden + row]
                                           : weights.of(Part::head)[(at - kGates) * kHidden + row];
  return both;
}

}  // namespace

Inference::Inference(const Weights& weights) : product_(kBlock * kBoth), fields_(kBlock) {
  table_ = gate_table(weights);
  add_biases(weights, table_);
  both_ = both_matrices(weights, kBoth);
  const float* bias = weights.of(Part::state_bias) + 2 * kHidden;
  new_bias_.assign(bias, bias + kHidden);
  head_bias_.assign(weights.of(Part::head_bias), weights.of(Part::head_bias) + kTargets);
}

void Inference::step(std::span<const EventCode> events, std::span<float> hidden, std::span<float> surprise) {
  for (std::size_t from = 0; from < events.size(); from += kBlock) {
    const std::size_t count = std::min(kBlock, events.size() - from);
    step_block(events.subspan(from, count), hidden.data() + from * kHidden,
               surprise.empty() ? nullptr : surprise.data() + from);
  }
}

void Inference::step_block(std::span<const EventCode> events, float* hidden, float* surprise) {
  const std::size_t count = events.size(), width = surprise ? kBoth : kGates;
  const View both{both_.data(), kHidden, kBoth, kBoth, 1};
  multiply({hidden, count, kHidden, kHidden, 1}, both.columns_from(0, width),
           {product_.data(), count, width, width, 1});
  if (surprise) kernels().surprise(product_.data() + kGates, width, head_bias_.data(), events.data(), surprise, count);
  std::ranges::transform(events, fields_.begin(), fields_of);
  kernels().advance(table_.data(), fields_.data(), product_.data(), width, new_bias_.data(), hidden, count);
}

void Inference::predict(std::span<const float> hidden, std::span<float> out) {
  const std::size_t count = hidden.size() / kHidden;
  if (count == 0) return;
  const View both{both_.data(), kHidden, kBoth, kBoth, 1};
  // A View can be written to, but what is multiplied is not.
  multiply({const_cast<float*>(hidden.data()), count, kHidden, kHidden, 1}, both.columns_from(kGates, kTargets),
           {out.data(), count, kTargets, kTargets, 1});
  kernels().log_softmax(out.data(), head_bias_.data(), count);
}

}  // namespace harbinger::persona::nn
