// What users will need: a step of the mixer of contexts, an act that is heard, and an outlook.
#include <benchmark/benchmark.h>
#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "orchestrate/context_mixer.h"
#include "orchestrate/need_model.h"

namespace harbinger::orchestrate {
namespace {

void mixer_step(benchmark::State& state) {
  ContextMixer::Settings settings;
  settings.inputs = static_cast<std::size_t>(state.range(0));
  settings.sets = {8};
  ContextMixer mixer(settings);
  ContextMixer::Forecast forecast;
  const auto symbols = static_cast<std::uint32_t>(state.range(1));
  std::vector<std::uint64_t> contexts(settings.inputs);
  std::mt19937 random(1);
  Symbol last = 1;
  const auto step = [&] {
    for (std::size_t i = 0; i < contexts.size(); ++i) contexts[i] = context_of(last, random() % (i + 1));
    mixer.predict(contexts, std::array{last % 8}, forecast);
    last = 1 + (last * 3 + random() % 4) % symbols;
    mixer.learn(forecast, last);
  };
  for (int i = 0; i < 20'000; ++i) step();
  for (auto _ : state) step();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(mixer_step)->Args({10, 20})->Args({20, 20})->Args({20, 200})->Unit(benchmark::kMicrosecond);

// Users of four kinds, who ask for one of eight machine types at every fifth act.
struct Platform {
  explicit Platform(std::size_t users) : users_(users), model(make_need_model({.users = users})) {
    for (int i = 0; i < 8; ++i) {
      needs_.emplace_back();
      needs_.back().kind = "machine";
      needs_.back().machine = "m" + std::to_string(i);
      needs_.back().image = i % 2 == 0 ? "debian" : "alpine";
      needs_.back().count = 1 + static_cast<std::uint32_t>(i) % 3;
    }
  }
  void act() {
    static constexpr std::array<std::string_view, 5> kVerbs{"login", "list", "show", "stop", "tag"};
    const auto user = 1 + random() % users_;
    Activity activity;
    activity.actor = user;
    activity.at = now += 20;
    activity.kind = "servers";
    activity.source = "bench";
    activity.verb = kVerbs[random() % kVerbs.size()];
    if (random() % 5 == 0) activity.asks = &needs_[(user % 4 * 2 + random() % 2) % needs_.size()];
    model->heard(activity, {}, {});
  }
  std::size_t users_;
  std::unique_ptr<NeedModel> model;
  std::vector<Need> needs_;
  std::mt19937_64 random{1};
  UnixMillis now = 1'700'000'000'000;
};

void act_heard(benchmark::State& state) {
  Platform platform(static_cast<std::size_t>(state.range(0)));
  for (int i = 0; i < 50'000; ++i) platform.act();
  for (auto _ : state) platform.act();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(act_heard)->Arg(10'000)->Iterations(20'000)->Unit(benchmark::kMicrosecond);

void outlook(benchmark::State& state) {
  Platform platform(static_cast<std::size_t>(state.range(0)));
  for (int i = 0; i < 50'000; ++i) platform.act();
  ActorKey user = 0;
  for (auto _ : state) {
    user = user % platform.users_ + 1;
    benchmark::DoNotOptimize(platform.model->outlook(user, {}, {}, platform.now));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(outlook)->Arg(10'000)->Iterations(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace harbinger::orchestrate
