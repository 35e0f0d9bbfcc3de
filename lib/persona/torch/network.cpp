// The network: weights, and what reads and changes them.
#include "persona/network.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "persona/torch/algebra.h"
#include "persona/torch/inference.h"
#include "persona/torch/training.h"
#include "persona/torch/weights.h"

namespace harbinger::persona {

namespace {

using nn::Weights;

class TorchNetwork final : public Network {
 public:
  explicit TorchNetwork(Weights weights) : weights_(std::move(weights)) {}

  void step(std::span<const EventCode> events, std::span<float> hidden, std::span<float> surprise) override {
    inference().step(events, hidden, surprise);
  }

  void predict(std::span<const float> hidden, std::span<float> out) override { inference().predict(hidden, out); }

  double train(std::span<const Sequence> batch) override {
    const double loss = nn::loss_and_gradient(weights_, batch, settings_.longest, gradient_);
    const std::vector<float> before = weights_.all;
    nn::adam(weights_, gradient_, momentum_, settings_);
    if (!weights_.finite()) {
      weights_.all = before;
      momentum_ = {};
    }
    inference_.reset();
    return loss;
  }

  double loss(std::span<const Sequence> sequences) override;

  std::unique_ptr<Network> clone() const override {
    auto copy = std::make_unique<TorchNetwork>(weights_);
    copy->momentum_ = momentum_;
    return copy;
  }

  std::vector<std::uint8_t> save() const override { return nn::pack(weights_); }

  Result<void> load(std::span<const std::uint8_t> octets) override {
    auto weights = nn::unpack(octets);
    if (!weights) return fail(weights.error());
    weights_ = std::move(*weights);
    momentum_ = {};
    inference_.reset();
    return {};
  }

 private:
  nn::Inference& inference() {
    if (!inference_) inference_.emplace(weights_);
    return *inference_;
  }

  nn::TrainingSettings settings_;
  Weights weights_;
  nn::Momentum momentum_;
  Weights gradient_;
  std::optional<nn::Inference> inference_;  // of the present weights; none: they changed
};

// All sequences side by side, act by act; those that ended drop out.
double TorchNetwork::loss(std::span<const Sequence> sequences) {
  std::vector<Sequence> open(sequences.begin(), sequences.end());
  std::vector<float> hidden(open.size() * kHidden), surprise;
  std::vector<EventCode> acts;
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t at = 0;; ++at) {
    std::size_t kept = 0;
    acts.clear();
    for (std::size_t from = 0; from < open.size(); ++from) {
      if (open[from].size() <= at) continue;
      acts.push_back(open[from][at]);
      std::copy_n(hidden.begin() + static_cast<std::ptrdiff_t>(from * kHidden), kHidden,
                  hidden.begin() + static_cast<std::ptrdiff_t>(kept * kHidden));
      open[kept++] = open[from];
    }
    if (kept == 0) break;
    open.resize(kept);
    surprise.resize(kept);
    step(acts, std::span(hidden).first(kept * kHidden), surprise);
    for (const float told : surprise) sum += told;
    count += kept;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

}  // namespace

std::unique_ptr<Network> make_network(std::uint64_t seed, int threads) {
  nn::use_threads(threads);
  return std::make_unique<TorchNetwork>(nn::random_weights(seed));
}

}  // namespace harbinger::persona
