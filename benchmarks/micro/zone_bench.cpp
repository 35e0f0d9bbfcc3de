// Questions to a zone of a million names: what the answer cache does not have.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "plugins/file/zone_answer.h"
#include "plugins/file/zone_loader.h"

namespace harbinger::file {
namespace {

constexpr int kQuestions = 4096;
constexpr int kStride = 7919;  // a prime, so that questions lie far apart

const Zone& big_zone() {
  static const std::unique_ptr<Zone> zone =
      load_zone_text(
          "$TTL 1h\n@ SOA ns hostmaster 1 2h 15m 2w 5m\n@ NS ns\nns A 192.0.2.1\n*.wild A 192.0.2.2\n"
          "$GENERATE 0-999999 host${0,6} A 192.0.2.3\n",
          *Name::parse("big.example."))
          .zone;
  return *zone;
}

void ask(benchmark::State& state, const std::string& prefix, const std::string& suffix) {
  const Zone& zone = big_zone();
  std::vector<Query> queries;
  for (int i = 0; i < kQuestions; ++i) {
    std::string number = std::to_string(1'000'000 + i * kStride % 1'000'000).substr(1);
    queries.push_back(QueryBuilder(*Name::parse(prefix + number + suffix + ".big.example."), RRType::A).build());
  }
  std::size_t next = 0;
  for (auto _ : state) benchmark::DoNotOptimize(answer_from(zone, queries[next++ % kQuestions]));
}

void zone_hit(benchmark::State& state) { ask(state, "host", ""); }
void zone_no_name(benchmark::State& state) { ask(state, "nope", ""); }
void zone_no_name_of_many_labels(benchmark::State& state) { ask(state, "a.b.c.d.e.f.g.h.nope", ""); }
void zone_wildcard(benchmark::State& state) { ask(state, "x", ".wild"); }

BENCHMARK(zone_hit);
BENCHMARK(zone_no_name);
BENCHMARK(zone_no_name_of_many_labels);
BENCHMARK(zone_wildcard);

}  // namespace
}  // namespace harbinger::file
