// The network of the persona engine: what an act costs on its way forward, with and without the surprise, and in training. Times are per batch;
// `per_act` is the processor's time of one act.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "persona/network.h"

namespace harbinger::bench {
namespace {

using namespace persona;

std::vector<EventCode> any_acts(std::size_t count) {
  std::mt19937_64 random(1);
  std::vector<EventCode> acts(count);
  for (EventCode& act : acts) {
    act.resource = static_cast<std::uint16_t>(random() % EventCode::kResources);
    act.site = static_cast<std::uint16_t>(random() % EventCode::kSites);
    act.target = static_cast<std::uint8_t>(random());
    act.gap = static_cast<std::uint8_t>(random() % EventCode::kGaps);
    act.hour = static_cast<std::uint8_t>(random() % EventCode::kHours);
    act.location = static_cast<std::uint8_t>(random() % EventCode::kLocations);
  }
  return acts;
}

void count_acts(benchmark::State& state, std::size_t batch) {
  state.counters["per_act"] = benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(batch),
                                                 benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// Each step takes another sixteenth of the acts, so that the rows of the embeddings are not always the same.
void network_step(benchmark::State& state) {
  const auto network = make_network(1);
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto acts = any_acts(16 * batch);
  std::vector<float> hidden(batch * kHidden), surprise(state.range(1) != 0 ? batch : 0);
  std::size_t at = 0;
  for (auto _ : state) network->step(std::span(acts).subspan(at++ % 16 * batch, batch), hidden, surprise);
  count_acts(state, batch);
}
BENCHMARK(network_step)->ArgNames({"batch", "surprise"})->ArgsProduct({{256, 1024, 2048}, {0, 1}});

void network_predict(benchmark::State& state) {
  const auto network = make_network(1);
  std::vector<float> hidden(1024 * kHidden, 0.5f), out(1024 * EventCode::kTargets);
  for (auto _ : state) network->predict(hidden, out);
  count_acts(state, 1024);
}
BENCHMARK(network_predict);

void network_train(benchmark::State& state) {
  const auto network = make_network(1);
  const auto clients = static_cast<std::size_t>(state.range(0)), length = static_cast<std::size_t>(state.range(1));
  const auto acts = any_acts(clients * length);
  std::vector<Network::Sequence> batch;
  for (std::size_t at = 0; at < acts.size(); at += length) batch.push_back(std::span(acts).subspan(at, length));
  for (auto _ : state) benchmark::DoNotOptimize(network->train(batch));
  count_acts(state, acts.size());
}
BENCHMARK(network_train)
    ->ArgNames({"clients", "length"})
    ->Args({16, 64})
    ->Args({32, 32})
    ->Args({64, 32})
    ->Args({64, 64});

/// The first step after the weights changed, alone.
void network_first_step(benchmark::State& state) {
  const auto network = make_network(1);
  const auto octets = network->save();
  const std::vector<EventCode> act(1);
  std::vector<float> hidden(kHidden);
  for (auto _ : state) {
    benchmark::DoNotOptimize(network->load(octets).has_value());
    network->step(act, hidden, {});
  }
}
BENCHMARK(network_first_step);

}  // namespace
}  // namespace harbinger::bench
