#include "persona/torch/algebra.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <array>

namespace harbinger::persona::nn {

namespace {

std::int64_t number(std::size_t size) { return static_cast<std::int64_t>(size); }

at::Tensor tensor(const View& view) {
  return at::from_blob(view.data, {number(view.rows), number(view.columns)}, {number(view.down), number(view.across)},
                       at::kFloat);
}

at::Tensor tensor(const std::vector<std::int64_t>& values) {
  // from_blob knows no const; numbers are never an output.
  return at::from_blob(const_cast<std::int64_t*>(values.data()), {number(values.size())}, at::kLong);
}

// Weights as a leaf, in the memory where they are. What backward() finds of a gradient it adds to in place.
at::Tensor leaf(const View& weights, const View& gradient) {
  at::Tensor made = tensor(weights).requires_grad_(true);
  made.mutable_grad() = tensor(gradient);
  return made;
}

at::Tensor bias_leaf(const View& weights, const View& gradient) {
  at::Tensor made = tensor(weights).flatten().requires_grad_(true);
  made.mutable_grad() = tensor(gradient).flatten();
  return made;
}

at::Tensor embedded(const Model& weights, const PackedActs& acts, const Model& gradient) {
  std::vector<at::Tensor> columns;
  for (std::size_t field = 0; field < weights.embeddings.size(); ++field)
    columns.push_back(
        at::embedding(leaf(weights.embeddings[field], gradient.embeddings[field]), tensor(acts.fields[field])));
  return at::cat(columns, 1);
}

}  // namespace

void use_threads(int threads) {
  at::set_num_threads(threads);
  // LibTorch does not hand the number on to OpenBLAS, which would take all processors for a product of 256 rows. Another BLAS has no such
  // function, and needs none.
  using Set = void (*)(int);
  if (const auto set = reinterpret_cast<Set>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(threads);
}

void multiply(const View& one, const View& other, const View& out) {
  const at::InferenceMode guard;
  at::Tensor result = tensor(out);
  at::mm_out(result, tensor(one), tensor(other));
}

double loss_and_slopes(const Model& weights, const PackedActs& acts, const Model& gradient) {
  const at::AutoGradMode recording(true);
  const std::array<at::Tensor, 4> gru{leaf(weights.input, gradient.input), leaf(weights.state, gradient.state),
                                      bias_leaf(weights.input_bias, gradient.input_bias),
                                      bias_leaf(weights.state_bias, gradient.state_bias)};
  const std::int64_t hidden = number(weights.state.columns);
  const at::Tensor new_clients = at::zeros({1, acts.sizes[0], hidden});
  const at::Tensor after = std::get<0>(
      at::gru(embedded(weights, acts, gradient), tensor(acts.sizes), new_clients, gru, true, 1, 0.0, true, false));
  const at::Tensor states = at::cat({at::zeros({1, hidden}), after}, 0);
  const at::Tensor before = states.index_select(0, tensor(acts.before));
  const at::Tensor logits =
      at::addmm(bias_leaf(weights.head_bias, gradient.head_bias), before, leaf(weights.head, gradient.head).t());
  const at::Tensor loss = at::cross_entropy_loss(logits, tensor(acts.targets));
  loss.backward();
  return static_cast<double>(loss.item<float>());
}

}  // namespace harbinger::persona::nn
