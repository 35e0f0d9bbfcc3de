// Hints: what asking for them, writing and reading them cost.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include <harbinger/hints.h>

namespace harbinger::bench {
namespace {

constexpr std::string_view kAsked = "www.service.Example.org.";

constexpr std::array<std::string_view, 8> kNames{
    "img.service.example.org",   "static.service.example.org", "api.service.example.org", "fonts.example.net",
    "media.service.example.org", "login.example.org",          "cdn.example.net",         "shop.service.example.org"};

std::vector<Hint> some_hints(std::int64_t count) {
  std::vector<Hint> hints;
  for (std::int64_t i = 0; i < count; ++i)
    hints.push_back({.resource = kNames[static_cast<std::size_t>(i)], .confidence = 0.3f, .size_bytes = 14208});
  return hints;
}

void write_hints_of_names(benchmark::State& state) {
  const auto hints = some_hints(state.range(0));
  std::array<std::uint8_t, kMaxUnprovedHintBytes> room;
  std::size_t size = 0;
  for (auto _ : state) benchmark::DoNotOptimize(size = write_hints(hints, kAsked, room));
  state.counters["octets"] = static_cast<double>(size);
}
BENCHMARK(write_hints_of_names)->Arg(1)->Arg(8);

void read_hints_of_names(benchmark::State& state) {
  std::array<std::uint8_t, kMaxUnprovedHintBytes> room;
  const auto size = write_hints(some_hints(state.range(0)), kAsked, room);
  for (auto _ : state) {
    HintReader reader{std::span(room).first(size), kAsked};
    while (const auto hint = reader.next()) benchmark::DoNotOptimize(hint->resource.data());
  }
}
BENCHMARK(read_hints_of_names)->Arg(1)->Arg(8);

void read_hint_request(benchmark::State& state) {
  std::array<std::uint8_t, kHintRequestSize> octets;
  write_hint_request({.max_hints = 4, .min_confidence_pct = 20}, octets);
  for (auto _ : state) {
    benchmark::DoNotOptimize(octets);
    benchmark::DoNotOptimize(parse_hint_request(octets));
  }
}
BENCHMARK(read_hint_request);

}  // namespace
}  // namespace harbinger::bench
