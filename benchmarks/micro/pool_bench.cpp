// A step of all pools: arrivals and leads counted, learnt from, and every pool's number said anew.
#include <benchmark/benchmark.h>
#include <memory>
#include <vector>

#include "provision/pool_sizer.h"

namespace harbinger::provision {
namespace {

void pool_step(benchmark::State& state) {
  const auto pools = static_cast<std::size_t>(state.range(0)), leads = static_cast<std::size_t>(state.range(1));
  std::vector<std::unique_ptr<PoolSizer>> sizers(pools);
  for (auto& sizer : sizers) sizer = make_pool_sizer({.hit_rate = 0.99});
  UnixMillis now = 1'700'000'000'000;
  std::size_t round = 0;
  const auto step = [&] {
    now += 1000;
    ++round;
    for (std::size_t i = 0; i < pools; ++i) {
      sizers[i]->arrived(static_cast<double>((i * 7 + round * 13) % 5), 0);
      for (std::size_t lead = 0; lead < leads; ++lead)
        sizers[i]->led(lead, static_cast<double>((i + round + lead) % 3));
      sizers[i]->step(now);
    }
  };
  for (int i = 0; i < 300; ++i) step();  // until tables are made anew at their usual pace
  for (auto _ : state) step();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(pool_step)
    ->Args({1000, 1})
    ->Args({10'000, 0})
    ->Args({10'000, 1})
    ->Args({10'000, 4})
    ->Iterations(100)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace harbinger::provision
