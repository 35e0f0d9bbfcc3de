// The sequence model: what an access costs the learner, a prediction off the query path, and a look into the served table on it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <benchmarks/micro/allocations.h>
#include <harbinger/sequence_model.h>

namespace harbinger::bench {
namespace {

constexpr std::size_t kNames = 100'000, kClients = 20'000, kAccesses = 1'000'000;

struct Step {
  ClientKey client;
  std::uint32_t name;
};

/// Clients that follow one of four habits of each name in seven steps of ten, and otherwise want anything, popular names more often.
struct Traffic {
  std::vector<std::string> names;
  std::vector<Step> steps;

  Traffic() {
    std::mt19937_64 random(1);
    for (std::size_t at = 0; at < kNames; ++at)
      names.push_back("host" + std::to_string(at) + ".example" + std::to_string(at % 997) + ".com");
    const auto popular = [&] {
      const double u = static_cast<double>(random() >> 11) * 0x1p-53;
      return static_cast<std::uint32_t>(std::min(kNames - 1.0, std::exp(u * std::log(double{kNames})) - 1));
    };
    std::vector<std::array<std::uint32_t, 4>> habits(kNames);
    for (auto& habit : habits)
      for (std::uint32_t& name : habit) name = popular();
    std::vector<std::uint32_t> current(kClients);
    for (std::uint32_t& name : current) name = popular();
    for (std::size_t at = 0; at < kAccesses; ++at) {
      const std::size_t client = random() % kClients;
      std::uint32_t& name = current[client];
      name = random() % 10 < 7 ? habits[name][random() % 4] : popular();
      steps.push_back({client + 1, name});
    }
  }
};

const Traffic& traffic() {
  static const Traffic made;
  return made;
}

void teach(SequenceModel& model, std::size_t first, std::size_t count) {
  const Traffic& all = traffic();
  for (std::size_t at = first; at < first + count; ++at) {
    const Step& step = all.steps[at % kAccesses];
    model.learn({.at = static_cast<UnixMillis>(at / 10), .client = step.client, .resource = all.names[step.name]});
  }
}

SequenceModel& taught(std::uint32_t judged_every) {
  static std::array<std::unique_ptr<SequenceModel>, 2> models;
  auto& model = models[judged_every == 1 ? 0 : 1];
  if (!model) {
    model = make_sequence_model({.blend_every = judged_every});
    teach(*model, 0, judged_every == 1 ? kAccesses / 10 : kAccesses);
  }
  return *model;
}

void sequence_model_learn(benchmark::State& state) {
  const auto judged_every = static_cast<std::uint32_t>(state.range(0));
  SequenceModel& model = taught(judged_every);
  std::size_t at = 0;
  for (auto _ : state) teach(model, at++, 1);
  state.counters["bytes"] = static_cast<double>(model.size().bytes);
  state.counters["contexts"] = static_cast<double>(model.size().contexts);
}
BENCHMARK(sequence_model_learn)->Arg(1)->Arg(256);

void sequence_model_predict(benchmark::State& state) {
  SequenceModel& model = taught(1);
  std::array<Guess, 8> guesses;
  std::size_t at = kAccesses / 10;
  for (auto _ : state) {
    const Step& step = traffic().steps[--at];
    benchmark::DoNotOptimize(model.predict(step.client, static_cast<UnixMillis>(kAccesses / 100), guesses));
    if (at == 0) at = kAccesses / 10;
  }
}
BENCHMARK(sequence_model_predict);

void served_table_find(benchmark::State& state) {
  const ServedTable& served = taught(1).served();
  std::vector<std::uint64_t> hashes;
  for (const std::string& name : traffic().names) hashes.push_back(resource_hash(name));
  std::array<ServedTable::Successor, 6> out;
  std::size_t at = 0, found = 0;
  CountAllocations count(state);
  for (auto _ : state) {
    const std::size_t name = traffic().steps[++at % (kAccesses / 10)].name;
    found += served.find(hashes[name], hashes[(name + at) % kNames], 0, out);
  }
  state.counters["found"] = benchmark::Counter(static_cast<double>(found), benchmark::Counter::kAvgIterations);
}
BENCHMARK(served_table_find);

}  // namespace
}  // namespace harbinger::bench
