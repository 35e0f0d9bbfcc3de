#include <catch2/catch.hpp>

#include <cmath>
#include <random>
#include <vector>

#include "persona/start_trace.h"
#include "persona/torch/training.h"

using namespace harbinger::persona;
using namespace harbinger::persona::nn;

namespace {

std::vector<std::vector<EventCode>> some_clients() {
  StartTrace trace(1);
  std::vector<std::vector<EventCode>> clients;
  for (const std::size_t acts : {9, 1, 20, 5}) clients.push_back(trace.client(acts));
  return clients;
}

}  // namespace

TEST_CASE("slopes are what a small change of a weight does to the loss") {
  const auto clients = some_clients();
  const std::vector<Network::Sequence> batch(clients.begin(), clients.end());
  Weights weights = random_weights(1), slopes, ignored;
  // A head that says something, so that there is something to pass on.
  for (float& weight : std::span(weights.of(Part::head), kTargets * kHidden)) weight *= 20;
  loss_and_gradient(weights, batch, 64, slopes);
  for (std::size_t part = 0; part < static_cast<std::size_t>(Part::limit); ++part) {
    const std::size_t first = offset_of(static_cast<Part>(part)), size = shape_of(static_cast<Part>(part)).size();
    // The steepest weight of the part: a change of it is far above what rounding does.
    std::size_t at = first;
    for (std::size_t other = first; other < first + size; ++other)
      if (std::abs(slopes.all[other]) > std::abs(slopes.all[at])) at = other;
    const float there = weights.all[at], change = 0.02f;
    weights.all[at] = there + change;
    const double above = loss_and_gradient(weights, batch, 64, ignored);
    weights.all[at] = there - change;
    const double below = loss_and_gradient(weights, batch, 64, ignored);
    weights.all[at] = there;
    INFO("part " << part);
    CHECK(slopes.all[at] != 0);
    CHECK((above - below) / (2 * change) == Approx(slopes.all[at]).epsilon(0.03));
  }
}

TEST_CASE("a step of the optimizer goes down, and leaves alone what it knows nothing of") {
  const auto clients = some_clients();
  const std::vector<Network::Sequence> batch(clients.begin(), clients.end());
  Weights weights = random_weights(1), slopes;
  const Weights before = weights;
  Momentum momentum;
  const double loss = loss_and_gradient(weights, batch, 64, slopes);
  const auto sloped = slopes;
  adam(weights, slopes, momentum, {});
  CHECK(loss_and_gradient(weights, batch, 64, slopes) < loss);
  std::size_t still = 0;
  for (std::size_t at = 0; at < weights.all.size(); ++at) {
    if (sloped.all[at] != 0) continue;
    ++still;
    REQUIRE(weights.all[at] == before.all[at]);
  }
  CHECK(still > EventCode::kResources * 15);  // embeddings of resources that nobody asked for
}

TEST_CASE("a step that would end in no numbers is undone") {
  Weights weights = random_weights(1);
  for (float& weight : std::span(weights.of(Part::head), kTargets * kHidden)) weight = 3e38f;
  const auto octets = pack(weights);
  const auto network = make_network(1);
  REQUIRE(network->load(octets));
  const auto clients = some_clients();
  const std::vector<Network::Sequence> batch(clients.begin(), clients.end());
  for (int round = 0; round < 3; ++round) network->train(batch);
  CHECK(network->save() == octets);
  CHECK(std::isfinite(network->loss(batch)));
}
