// Steering: a choice among eight endpoints with every filter, the line of a group of clients, a place, and what cdn_select adds to a kept answer.
#include <benchmark/benchmark.h>

#include <cmath>

#include <benchmarks/micro/allocations.h>
#include <benchmarks/micro/whole_path.h>
#include <plugins/all.h>
#include <steer/filters.h>
#include <steer/make_pool.h>
#include <steer/place_table.h>
#include <steer/state_table.h>

namespace harbinger::bench {
namespace {

using namespace steer;

IpAddress address_of(std::uint32_t number) {
  const std::array<std::uint8_t, 4> octets{static_cast<std::uint8_t>(number >> 24),
                                           static_cast<std::uint8_t>(number >> 16),
                                           static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  return IpAddress::v4(octets);
}

constexpr std::uint32_t kGroups = 10'000;

std::unique_ptr<Conditions> measured_ways() {
  auto conditions = make_conditions();
  for (std::uint32_t group = 0; group < kGroups; ++group)
    for (EndpointId endpoint = 0; endpoint < 8; ++endpoint)
      conditions->measured(ClientGroup::of(address_of(group << 8)), endpoint, 10.0 + (group * 7 + endpoint * 13) % 90,
                           Conditions::Source::edge, {1});
  return conditions;
}

void choose_among_eight_with_all_filters(benchmark::State& state) {
  std::vector<EndpointBook::Entry> entries;
  PoolSettings settings{.name = "p"};
  for (EndpointId id = 0; id < 8; ++id) {
    EndpointBook::Entry entry;
    entry.id = id;
    entry.endpoint.name = "e" + std::to_string(id);
    entry.endpoint.cost = id;
    entry.endpoint.place = {.latitude = static_cast<std::int16_t>(id * 1000), .longitude = 1000};
    entry.state.load = 0.1f * static_cast<float>(id);
    settings.endpoints.push_back(entry.endpoint.name);
    entries.push_back(entry);
  }
  using Kind = Filter::Kind;
  settings.filters = {{.kind = Kind::up},
                      {.kind = Kind::shed_load},
                      {.kind = Kind::persona},
                      {.kind = Kind::geo, .within_km = 9000},
                      {.kind = Kind::latency, .slack = 0.5},
                      {.kind = Kind::cost, .slack = 2},
                      {.kind = Kind::sticky},
                      {.kind = Kind::select_first, .count = 2}};
  const auto pool = make_filtered_pool(settings, 1);
  const StateTable states(entries, std::span(&pool, 1), measured_ways()->compile({1}), {});
  std::uint64_t client = 0;
  const CountAllocations counted(state);
  for (auto _ : state) {
    ++client;
    benchmark::DoNotOptimize(
        pool->choose({.place = {.latitude = static_cast<std::int16_t>(client % 9000), .longitude = 500},
                      .group = ClientGroup::of(address_of(static_cast<std::uint32_t>(client % kGroups) << 8)),
                      .hash = client},
                     states));
  }
}
BENCHMARK(choose_among_eight_with_all_filters);

void line_of_a_group(benchmark::State& state) {
  const auto table = measured_ways()->compile({1});
  std::vector<ClientGroup> groups;
  for (std::uint32_t group = 0; group < kGroups; ++group) groups.push_back(ClientGroup::of(address_of(group << 8)));
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(table->row(groups[at = (at + 7919) % kGroups]).ms(3));
}
BENCHMARK(line_of_a_group);

void place_among_half_a_million_ranges(benchmark::State& state) {
  PlaceRanges ranges;
  for (std::uint32_t i = 0; i < 500'000; ++i)
    ranges.add(address_of(i * 8000), address_of(i * 8000 + 7000), {.latitude = static_cast<std::int16_t>(i % 90)});
  ranges.finish();
  std::uint32_t address = 0;
  for (auto _ : state) benchmark::DoNotOptimize(ranges.find(address_of(address += 2'654'435'761u)));
}
BENCHMARK(place_among_half_a_million_ranges);

// Kept answers, with cdn_select and geoip and without: the difference is what they add.
void kept_answer(benchmark::State& state, const std::string& config) {
  WholePath path(config, all_plugins());
  std::vector<std::vector<std::uint8_t>> queries;
  for (int i = 0; i < 64; ++i)
    queries.push_back(make_query(1, {*Name::parse("r" + std::to_string(i) + ".example.org."), RRType::A, RRClass::IN}));
  for (const auto& query : queries) path.answer(query);
  std::size_t at = 0;
  const CountAllocations counted(state);
  for (auto _ : state) benchmark::DoNotOptimize(path.answer(queries[at++ % queries.size()]));
}

std::string hosts() {
  std::string lines;
  for (int i = 0; i < 64; ++i) lines += "192.0.2.1 r" + std::to_string(i) + ".example.org\n";
  return "example.org {\n hosts {\n" + lines + "}\n}\n";
}

std::string steered(const std::string& before = {}) {
  std::string endpoints, names;
  for (int i = 0; i < 8; ++i) {
    const auto name = "e" + std::to_string(i);
    endpoints += "endpoint " + name + " address 192.0.2." + std::to_string(i + 1) + " position " +
                 std::to_string(10 * i) + " 20 cost " + std::to_string(i) + "\n";
    names += " " + name;
  }
  return "example.org {\n" + before + " cdn_select {\n" + endpoints + "pool p endpoint" + names +
         "\nfilter p up\nfilter p shed_load\nfilter p persona\nfilter p geo 9000\nfilter p latency 0.5\nfilter p cost "
         "2\n"
         "filter p sticky\nfilter p select_first 2\napplication a pool p template {resource}.example.org\n}\n}\n";
}

BENCHMARK_CAPTURE(kept_answer, from_hosts, hosts());
BENCHMARK_CAPTURE(kept_answer, steered, steered());
BENCHMARK_CAPTURE(kept_answer, steered_with_geoip, steered("geoip {\n place 127.0.0.0/8 DE\n}\n"));

}  // namespace
}  // namespace harbinger::bench
