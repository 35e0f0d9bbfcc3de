// A step of the demand forecast: every series counted, scored and forecast anew.
#include <benchmark/benchmark.h>

#include <harbinger/demand.h>

namespace harbinger {
namespace {

void demand_step(benchmark::State& state) {
  const auto series = static_cast<std::uint32_t>(state.range(0));
  DemandForecast demand({.interval = std::chrono::seconds(60), .series = series});
  for (std::uint32_t i = 0; i < series; ++i) demand.series(i + 1, i % 8);
  UnixMillis now = 1'700'000'000'000;
  std::uint32_t round = 0;
  for (auto _ : state) {
    ++round;
    for (std::uint32_t i = 0; i < series; ++i) demand.add(i, (i * 7 + round * 13) % 50);
    demand.step(now += 60'000);
  }
  state.SetItemsProcessed(state.iterations() * series);
  state.counters["octets_a_series"] = static_cast<double>(DemandForecast::kOctetsOfSeries);
}
BENCHMARK(demand_step)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace harbinger
