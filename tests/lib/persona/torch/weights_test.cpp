#include <catch2/catch.hpp>

#include <cmath>

#include "persona/network.h"
#include "persona/torch/kernels.h"
#include "persona/torch/weights.h"

using namespace harbinger;
using namespace harbinger::persona;

namespace {

std::vector<float> predictions(Network& network) {
  const std::vector<EventCode> acts(3, EventCode{.resource = 9, .site = 8, .target = 7, .gap = 6});
  std::vector<float> hidden(3 * kHidden), out(3 * EventCode::kTargets);
  network.step(acts, hidden, {});
  network.predict(hidden, out);
  return out;
}

}  // namespace

TEST_CASE("a stored network predicts as it did, and is some hundred kB") {
  const auto network = make_network(1);
  const std::vector<EventCode> acts(20, EventCode{.resource = 9, .target = 7});
  network->train(std::vector<Network::Sequence>{acts});
  const auto octets = network->save();
  CHECK(octets.size() < 700'000);
  const auto other = make_network(2);
  CHECK(predictions(*other) != predictions(*network));
  REQUIRE(other->load(octets));
  CHECK(predictions(*other) == predictions(*network));
  CHECK(other->save() == octets);
}

TEST_CASE("every octet that flips is found, and the network stays what it was") {
  const auto network = make_network(1);
  auto octets = make_network(2)->save();
  const auto before = network->save();
  // Every octet of what stands before and behind the weights, and some of each page of them.
  for (std::size_t at = 0; at < octets.size(); at += at < 256 || at + 64 > octets.size() ? 1 : 1777) {
    const auto flip = static_cast<std::uint8_t>(1u << at % 8);
    octets[at] ^= flip;
    const auto loaded = network->load(octets);
    REQUIRE_FALSE(loaded);
    REQUIRE(loaded.error().code == ErrorCode::malformed);
    octets[at] ^= flip;
  }
  CHECK(network->save() == before);
  REQUIRE(network->load(octets));
}

TEST_CASE("weights that were cut off, or have more behind them, are refused") {
  const auto network = make_network(1);
  auto octets = network->save();
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{64}, octets.size() / 2, octets.size() - 1})
    CHECK_FALSE(network->load(std::span(octets).first(size)));
  octets.push_back(0);
  CHECK_FALSE(network->load(octets));
}

TEST_CASE("weights that are no numbers are refused, also with a right check sum") {
  auto weights = nn::random_weights(1);
  weights.all[12345] = NAN;
  const auto loaded = make_network(1)->load(nn::pack(weights));
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == ErrorCode::malformed);
}
