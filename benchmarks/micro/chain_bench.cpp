// Chain, answer cache and responder: what a query costs above the kernel.
#include <benchmark/benchmark.h>

#include <time.h>

#include <chrono>

#include <benchmarks/micro/allocations.h>
#include <benchmarks/micro/whole_path.h>
#include <harbinger/records.h>
#include <plugins/all.h>

namespace harbinger::bench {
namespace {

using namespace std::chrono_literals;

// Answers every question with one address.
struct Fixed final : Plugin {
  struct Config {};
  explicit Fixed(Config) {}
  Task<Reply> serve(const Query& query, Next) override {
    Reply reply = Reply::to(query);
    reply.add_answer(a(query.name(), 300s, kAddress));
    co_return reply;
  }
  const IpAddress kAddress = *IpAddress::parse("192.0.2.1");
};

// Waits for the rest of the chain and changes nothing: the cheapest plugin that looks at replies.
struct Hop final : Plugin {
  struct Config {};
  explicit Hop(Config) {}
  Task<Reply> serve(const Query& query, Next next) override {
    Reply reply = co_await next(query);
    co_return reply;
  }
};

std::vector<PluginSpec> plugins() {
  auto all = all_plugins();
  all.push_back(define_plugin<Fixed>("fixed"));
  for (int i = 1; i <= 8; ++i) all.push_back(define_plugin<Hop>("hop" + std::to_string(i)));
  return all;
}

std::string chain_of(std::size_t hops, const std::string& more) {
  std::string text = "example.org:5353 {\n" + more;
  for (std::size_t i = 1; i <= hops; ++i) text += " hop" + std::to_string(i) + "\n";
  return text + " fixed\n}\n";
}

// The plugins that stand in nearly every configuration.
constexpr const char* kUsual =
    " acl {\n  block net 198.51.100.0/24\n  allow net 127.0.0.0/8\n  block\n }\n metrics 127.0.0.1:0\n errors\n";

std::vector<std::uint8_t> query_for(const char* name, std::uint16_t udp_size = 0) {
  return make_query(1, {*Name::parse(name), RRType::A}, true, udp_size);
}

void cache_hit(benchmark::State& state, const std::string& config, std::uint16_t udp_size) {
  WholePath path(config, plugins());
  const auto query = query_for("host-000001.example.org", udp_size);
  path.answer(query);
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(path.answer(query));
}

void BM_CacheHit(benchmark::State& state) { cache_hit(state, chain_of(0, ""), 0); }
BENCHMARK(BM_CacheHit);

void BM_CacheHitWithEdns(benchmark::State& state) { cache_hit(state, chain_of(0, ""), 1232); }
BENCHMARK(BM_CacheHitWithEdns);

void BM_CacheHitThroughUsualPlugins(benchmark::State& state) { cache_hit(state, chain_of(0, kUsual), 0); }
BENCHMARK(BM_CacheHitThroughUsualPlugins);

// 10,000 answers in turn: the table no longer fits into the nearest caches of the processor.
void BM_CacheHitManyNames(benchmark::State& state) {
  WholePath path(chain_of(0, kUsual), plugins());
  std::vector<std::vector<std::uint8_t>> queries;
  for (int i = 0; i < 10'000; ++i)
    queries.push_back(query_for(("host-" + std::to_string(i * 7919 % 10'000) + ".example.org").c_str()));
  for (const auto& query : queries) path.answer(query);
  std::size_t next = 0;
  CountAllocations count(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(path.answer(queries[next]));
    if (++next == queries.size()) next = 0;
  }
}
BENCHMARK(BM_CacheHitManyNames);

void BM_Miss(benchmark::State& state) {
  WholePath path(chain_of(static_cast<std::size_t>(state.range(0)), " cache off\n"), plugins());
  const auto query = query_for("host-000001.example.org");
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(path.answer(query));
}
BENCHMARK(BM_Miss)->ArgName("hops")->Arg(0)->Arg(8);

void BM_Refused(benchmark::State& state) {
  WholePath path(chain_of(0, ""), plugins());
  const auto query = query_for("host-000001.example.net");
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(path.answer(query));
}
BENCHMARK(BM_Refused);

Task<void> serve_once(std::span<Plugin* const> chain, const Query& query) {
  Reply reply = co_await Next(chain)(query);
  benchmark::DoNotOptimize(reply);
}

// The thread's own time: what other programs take from the core does not count.
double cpu_nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double nanoseconds_for(std::span<Plugin* const> chain, const Query& query) {
  constexpr int kTimes = 500'000;
  const auto before = cpu_nanoseconds();
  for (int i = 0; i < kTimes; ++i) start(serve_once(chain, query));
  return (cpu_nanoseconds() - before) / kTimes;
}

// `ns_per_hop` is what each plugin adds to the chain that has only the answering one.
void BM_ChainHop(benchmark::State& state) {
  const auto hops = static_cast<std::size_t>(state.range(0));
  WholePath path(chain_of(hops, " cache off\n"), plugins());
  const Query query = QueryBuilder(*Name::parse("host-000001.example.org"), RRType::A).build();
  const auto chain = path.serving();
  {
    CountAllocations count(state);
    for (auto _ : state) start(serve_once(chain, query));
  }
  const double above = nanoseconds_for(chain, query) - nanoseconds_for(chain.subspan(hops), query);
  state.counters["ns_per_hop"] = above / static_cast<double>(hops);
}
BENCHMARK(BM_ChainHop)->ArgName("hops")->DenseRange(1, 8);

}  // namespace
}  // namespace harbinger::bench
