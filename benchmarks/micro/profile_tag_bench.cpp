// What client profile tags cost a query: finding one in its name or seeing that there is none, knowing it again, and making one.
#include <benchmark/benchmark.h>

#include <benchmarks/micro/allocations.h>
#include <harbinger/profile_tag.h>

namespace harbinger::bench {
namespace {

constexpr UnixMillis kNow = 1'700'000'000'000, kDay = 86'400'000;

const ProfileTagKeys& keys() {
  static const ProfileTagKeys keys(Secret{1}, {});
  return keys;
}

const ClientProfile kProfile{"frankfurt", "mobile", 7, "gold", 2};

Name name_of(const std::string& label) { return Name::parse(label + "video.hls.apps.example.org").value(); }

void run(benchmark::State& state, const auto& work) {
  const CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(work());
}

void profile_tag_make(benchmark::State& state) {
  run(state, [] { return keys().make(kProfile, kNow); });
}
BENCHMARK(profile_tag_make);

// The tag's age in days: 0 is of the present period, 3 of one that is over.
void profile_tag_check(benchmark::State& state) {
  auto tag = keys().make(kProfile, kNow - state.range(0) * kDay);
  run(state, [&] {
    benchmark::DoNotOptimize(tag);
    return keys().check(tag, kNow);
  });
}
BENCHMARK(profile_tag_check)->Arg(0)->Arg(3);

void profile_tag_key(benchmark::State& state) {
  auto tag = keys().make(kProfile, kNow);
  run(state, [&] {
    benchmark::DoNotOptimize(tag);
    return tag.key();
  });
}
BENCHMARK(profile_tag_key);

void profile_tag_in_name(benchmark::State& state) {
  auto name = name_of("cpt-" + std::string(keys().make(kProfile, kNow).text()) + ".");
  run(state, [&] {
    benchmark::DoNotOptimize(name);
    return tag_in(name);
  });
}
BENCHMARK(profile_tag_in_name);

// What every query pays, as every name is looked at.
void profile_tag_not_in_name(benchmark::State& state) {
  auto name = name_of("");
  run(state, [&] {
    benchmark::DoNotOptimize(name);
    return tag_in(name);
  });
}
BENCHMARK(profile_tag_not_in_name);

void profile_tag_no_label(benchmark::State& state) {
  auto name = name_of("");
  run(state, [&] {
    benchmark::DoNotOptimize(name);
    return has_tag_label(name.wire());
  });
}
BENCHMARK(profile_tag_no_label);

}  // namespace
}  // namespace harbinger::bench
