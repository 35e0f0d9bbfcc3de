// Mirroring: what it adds to a kept answer, for names that no rule holds for, for those that are counted, and for those that are mirrored.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <thread>

#include <unistd.h>

#include <benchmarks/micro/allocations.h>
#include <benchmarks/micro/whole_path.h>
#include <harbinger/worker.h>
#include <plugins/all.h>
#include <plugins/mirroring/service.h>

namespace harbinger::bench {
namespace {

constexpr int kNames = 64;

// A folder for the state, gone at the end.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("mirror_bench." + std::to_string(::getpid()));
  ~Folder() { std::filesystem::remove_all(path); }
};

std::string name_of(int i) { return "r" + std::to_string(i) + ".example.org"; }

std::string config(const std::string& mirroring) {
  std::string lines;
  for (int i = 0; i < kNames; ++i) lines += "192.0.2.1 " + name_of(i) + "\n";
  return "example.org {\n" + mirroring + "hosts {\n" + lines + "}\n}\n";
}

std::string block(const Folder& folder, const std::string& names) {
  return "mirroring {\n state " + folder.path.string() + "\n mirror " + names +
         " http://{name}/ origin 127.0.0.1:9\n cluster here clients 127.0.0.0/8\n}\n";
}

void ask_kept(benchmark::State& state, WholePath& path) {
  std::vector<std::vector<std::uint8_t>> queries;
  for (int i = 0; i < kNames; ++i)
    queries.push_back(make_query(1, {*Name::parse(name_of(i) + "."), RRType::A, RRClass::IN}));
  for (const auto& query : queries) path.answer(query);
  std::size_t at = 0;
  const CountAllocations counted(state);
  for (auto _ : state) benchmark::DoNotOptimize(path.answer(queries[at++ % queries.size()]));
}

void kept_answer_without_mirroring(benchmark::State& state) {
  const WorkerIdentity worker(1);
  WholePath path(config(""), all_plugins());
  ask_kept(state, path);
}
BENCHMARK(kept_answer_without_mirroring);

void kept_answer_of_a_name_without_a_rule(benchmark::State& state) {
  const WorkerIdentity worker(1);
  const Folder folder;
  WholePath path(config(block(folder, "{resource}.video.example.org")), all_plugins());
  ask_kept(state, path);
}
BENCHMARK(kept_answer_of_a_name_without_a_rule);

// With an engine that counts.
void kept_answer(benchmark::State& state, bool mirrored) {
  const WorkerIdentity worker(1);
  const Folder folder;
  WholePath path(config(block(folder, "{resource}.example.org")), all_plugins());
  const auto origin = SocketAddress::parse("127.0.0.1:9").value();
  const auto service =
      mirroring::MirrorService::shared({.state = folder.path,
                                        .rules = {{"{resource}.example.org", {"http://{name}/"}, "", origin}},
                                        .clusters = {"here"}},
                                       {&system_clock(), &path.metrics(), {}})
          .value();
  const auto hub =
      edge::EdgeHub::make({}, {.clock = &system_clock(),
                               .metrics = &path.metrics(),
                               .steering = steer::SteeringService::shared({&system_clock(), &path.metrics(), {}})});
  while (!service->engine()) std::this_thread::yield();
  for (int i = 0; mirrored && i < kNames; ++i)
    service->own().publish({.resource = name_of(i),
                            .cluster = "here",
                            .servers = {{.server = "e", .addresses = {IpAddress::parse("192.0.2.9").value()}}},
                            .ttl = std::chrono::seconds(3600),
                            .lease = std::chrono::seconds(3600),
                            .version = 1},
                           {});
  ask_kept(state, path);
}
BENCHMARK_CAPTURE(kept_answer, counted, false);
BENCHMARK_CAPTURE(kept_answer, mirrored, true);

}  // namespace
}  // namespace harbinger::bench
