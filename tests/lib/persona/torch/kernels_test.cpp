#include <catch2/catch.hpp>

#include <random>
#include <vector>

#include "persona/torch/kernels.h"

using namespace harbinger::persona;
using namespace harbinger::persona::nn;

namespace {

std::vector<float> any_floats(std::uint64_t seed, std::size_t count, double spread) {
  std::mt19937_64 random(seed);
  std::vector<float> floats(count);
  for (float& value : floats) value = static_cast<float>(spread * (static_cast<double>(random() >> 11) * 0x1p-52 - 1));
  return floats;
}

}  // namespace

TEST_CASE("clients go the same way on every processor") {
  constexpr std::size_t kClients = 37, kStride = kGates + kTargets;
  const auto table = any_floats(1, table_rows_before(kFields) * kGates, 1), bias = any_floats(2, kHidden, 1),
             head_bias = any_floats(3, kTargets, 1), product = any_floats(4, kClients * kStride, 20);
  std::vector<Fields> fields(kClients);
  std::vector<EventCode> events(kClients);
  for (std::size_t at = 0; at < kClients; ++at) {
    events[at].target = static_cast<std::uint8_t>(at * 7);
    events[at].resource = static_cast<std::uint16_t>(at * 100);
    fields[at] = fields_of(events[at]);
  }
  const auto run = [&](const Kernels& with) {
    auto all = any_floats(5, kClients * kHidden, 1);
    with.advance(table.data(), fields.data(), product.data(), kStride, bias.data(), all.data(), kClients);
    std::vector<float> surprise(kClients), rows = any_floats(6, kClients * kTargets, 30);
    with.surprise(product.data() + kGates, kStride, head_bias.data(), events.data(), surprise.data(), kClients);
    with.log_softmax(rows.data(), head_bias.data(), kClients);
    all.insert(all.end(), surprise.begin(), surprise.end());
    all.insert(all.end(), rows.begin(), rows.end());
    return all;
  };
  const auto here = run(kernels()), plain = run(plain_kernels());
  for (std::size_t at = 0; at < here.size(); ++at) REQUIRE(here[at] == Approx(plain[at]).margin(1e-5).epsilon(1e-5));
}
