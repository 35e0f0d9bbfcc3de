// Instances: what vm_provisioning adds to a kept answer, for names that no template holds for, for clients that wait, and for those that have an instance.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include <benchmarks/micro/allocations.h>
#include <benchmarks/micro/whole_path.h>
#include <harbinger/worker.h>
#include <plugins/all.h>
#include <plugins/vm_provisioning/service.h>
#include <tests/support/fake_provisioning_engine.h>

namespace harbinger::bench {
namespace {

constexpr int kNames = 64;
const std::string kTag = "cpt-0123456789abcdefghjkmnpq.";

// A folder for the state, gone at the end.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("provisioning_bench." + std::to_string(::getpid()));
  ~Folder() { std::filesystem::remove_all(path); }
};

std::string name_of(int i) { return "r" + std::to_string(i) + ".example.org"; }

std::string config(const std::string& plugin) {
  std::string lines;
  for (int i = 0; i < kNames; ++i) lines += "192.0.2.1 " + name_of(i) + "\n";
  return "example.org {\n" + plugin + "hosts {\n" + lines + "}\n}\n";
}

std::string block(const Folder& folder, const std::string& names) {
  return "vm_provisioning on {\n state " + folder.path.string() + "\n name " + names +
         " pool small\n pool small ttl 1d waiting_room 192.0.2.2\n command small /bin/true\n}\n";
}

void ask_kept(benchmark::State& state, WholePath& path, const std::string& tag = {}) {
  std::vector<std::vector<std::uint8_t>> queries;
  for (int i = 0; i < kNames; ++i)
    queries.push_back(make_query(1, {*Name::parse(tag + name_of(i) + "."), RRType::A, RRClass::IN}));
  for (const auto& query : queries) path.answer(query);
  std::size_t at = 0;
  const CountAllocations counted(state);
  for (auto _ : state) benchmark::DoNotOptimize(path.answer(queries[at++ % queries.size()]));
}

void kept_answer_without_instances(benchmark::State& state) {
  const WorkerIdentity worker(1);
  WholePath path(config(""), all_plugins());
  ask_kept(state, path);
}
BENCHMARK(kept_answer_without_instances);

// With an engine that says what the benchmark wants, and a ring in place of its own.
struct Engine {
  test::FakeProvisioningEngine* engine = nullptr;
  vm_provisioning::EngineSource source{
      [this](auto settings, auto world) -> Result<std::unique_ptr<provision::ProvisioningEngine>> {
        auto made = std::make_unique<test::FakeProvisioningEngine>(std::move(settings), std::move(world));
        engine = made.get();
        return made;
      }};
};

void kept_answer_of_a_name_without_a_template(benchmark::State& state) {
  const WorkerIdentity worker(1);
  const Folder folder;
  const Engine source;
  WholePath path(config(block(folder, "{cpt}.{resource}.apps.example.org")), all_plugins());
  ask_kept(state, path);
}
BENCHMARK(kept_answer_of_a_name_without_a_template);

void warm_answer(benchmark::State& state, const std::string& tag) {
  const WorkerIdentity worker(1);
  const Folder folder;
  const Engine source;
  WholePath path(config(block(folder, "{cpt}.{resource}.example.org")), all_plugins());
  path.answer(make_query(1, {*Name::parse(name_of(0) + "."), RRType::A, RRClass::IN}));
  const auto wish = source.engine->wishes().at(0).wish;
  source.engine->give(wish, "192.0.2.9");
  source.engine->quiet = true;
  ask_kept(state, path, tag);
}
BENCHMARK_CAPTURE(warm_answer, own, "");
BENCHMARK_CAPTURE(warm_answer, forged_tag, kTag);

}  // namespace
}  // namespace harbinger::bench
