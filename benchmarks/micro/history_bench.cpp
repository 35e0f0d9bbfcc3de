// Client keys and the access history: what keeping an access costs, on the query path and behind it.
#include <benchmark/benchmark.h>

#include <array>

#include <benchmarks/micro/allocations.h>
#include <harbinger/client_keys.h>

namespace harbinger::bench {
namespace {

constexpr UnixMillis kNow = 1'700'000'000'000;

void client_key(benchmark::State& state) {
  const ClientKeys keys(std::array<std::uint8_t, 32>{1});
  const auto client = *IpAddress::parse("2001:db8::1");
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(keys.key_of(client, "", kNow));
}
BENCHMARK(client_key);

void client_key_with_device(benchmark::State& state) {
  const ClientKeys keys(std::array<std::uint8_t, 32>{1});
  const auto client = *IpAddress::parse("2001:db8::1");
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(keys.key_of(client, "0123456789abcdef", kNow));
}
BENCHMARK(client_key_with_device);

}  // namespace
}  // namespace harbinger::bench
