// What persona costs a query: its three roles on their own, alone and when another plugin has worked the client's key out already.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <benchmarks/micro/allocations.h>
#include <chain/finish.h>
#include <chain/query_parser.h>
#include <harbinger/client_keys.h>
#include <harbinger/config.h>
#include <harbinger/message.h>
#include <harbinger/rcu.h>
#include <harbinger/secret_file.h>
#include <harbinger/worker.h>
#include <persona/engine_source.h>
#include <persona/persona_service.h>
#include <plugins/all.h>

namespace harbinger::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kClients = 20'000;
constexpr std::size_t kNames = 5'000, kMostTimes = 2'000'000;
constexpr FactId kClientKey{17};

// Everybody is of persona 1 for ten minutes.
class QuickEngine final : public PersonaEngine {
 public:
  void assign(std::span<const PersonaAsk> asks, Assigned done) override {
    std::vector<PersonaAssignment> all;
    for (const auto& ask : asks)
      all.push_back({.client = ask.client, .persona = 1, .token = {1}, .expires = ask.at + 600'000, .confidence = 1});
    done(std::move(all));
  }
  void report(std::span<const BehaviourEvent> events, Reported done) override { done(Receipt{events.size(), 0, 0}); }
  std::shared_ptr<void> watch(Watcher) override { return {}; }
  void explain(ClientKey, Explained done) override { done(fail(ErrorCode::not_found, "nobody")); }
  State state() const override { return {}; }
};

struct Known {
  Known() {
    context.zones = {Name()};
    context.metrics = &metrics;
    context.clock = &system_clock();
    context.random = &system_random();
    context.fact = [](std::string_view name) { return name == "client_key" ? kClientKey : FactId::first_custom; };
    const auto file = config::parse(". {\n persona\n}\n", "Harbingerfile");
    for (auto& spec : all_plugins())
      if (spec.name == "persona") plugin = std::move(*spec.make(file->blocks[0].directives[0]));
    if (!plugin->start(context)) throw std::runtime_error("persona does not start");
  }
  ~Known() { plugin->stop(); }

  persona::EngineSource source{[](const auto&, const auto&) -> Result<std::shared_ptr<PersonaEngine>> {
    return std::make_shared<QuickEngine>();
  }};
  Metrics metrics;
  PluginContext context;
  std::unique_ptr<Plugin> plugin;
};

class Asking {
 public:
  explicit Asking(bool key_is_known) : key_is_known_(key_is_known) {
    for (std::size_t i = 0; i < kNames; ++i)
      messages_.push_back(
          make_query(1, {*Name::parse("host-" + std::to_string(i) + ".example.org"), RRType::A, RRClass::IN}, true,
                     1232, false, {}));
  }
  void next(Query& query) {
    ++at_;
    const auto client = static_cast<std::uint32_t>(at_ * 2'654'435'761u % kClients);
    const std::uint8_t octets[4] = {10, static_cast<std::uint8_t>(client >> 16), static_cast<std::uint8_t>(client >> 8),
                                    static_cast<std::uint8_t>(client)};
    QueryParser parser;
    parser.parse({messages_[at_ * 7919 % kNames], {IpAddress::v4(octets), 4053}, Transport::udp, system_clock().now()},
                 5s, query);
    if (key_is_known_)
      query.set(Fact<KnownClient>{kClientKey}, {keys_.key_for(query.client().ip, query.ecs(), 0), keys_.identity()});
  }

 private:
  const bool key_is_known_;
  const ClientKeys keys_{process_secret()};
  std::vector<std::vector<std::uint8_t>> messages_;
  std::size_t at_ = 0;
};

double clock_costs() {
  std::vector<double> times;
  for (int i = 0; i < 10'001; ++i) {
    const auto before = system_clock().now();
    times.push_back(static_cast<double>((system_clock().now() - before).count()));
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

void ask(Plugin& plugin, Query& query, std::span<const std::uint8_t> reply) {
  plugin.identify(query);
  ReplyEditor editor;
  ReplyFinisher::prepare(editor, query, Rcode::NOERROR);
  plugin.decorate(query, editor);
  plugin.observe(query, {.wire = reply});
  benchmark::DoNotOptimize(editor);
}

// Percentiles of single runs, less what reading the clock costs. Everybody is known.
void roles(benchmark::State& state, bool key_is_known) {
  const WorkerIdentity worker(1);
  Known known;
  Asking asking(key_is_known);
  const std::vector<std::uint8_t> reply(64);
  for (std::uint32_t i = 0; i < 2 * kClients; ++i) {
    Query query = QueryParser::empty();
    asking.next(query);
    ask(*known.plugin, query, reply);
    if (i % 1000 == 0) persona::PersonaService::catch_up_all();
  }
  std::vector<double> times;
  times.reserve(kMostTimes);
  std::size_t done = 0;
  {
    CountAllocations count(state);
    for (auto _ : state) {
      // A full ring takes nothing, which is faster.
      if (++done % 1000 == 0) state.PauseTiming(), persona::PersonaService::catch_up_all(), state.ResumeTiming();
      Query query = QueryParser::empty();  // parsing leaves facts alone
      asking.next(query);
      const auto before = system_clock().now();
      ask(*known.plugin, query, reply);
      const auto after = system_clock().now();
      if (times.size() < kMostTimes) times.push_back(static_cast<double>((after - before).count()));
      rcu::quiescent();
    }
  }
  const auto overhead = clock_costs();
  std::ranges::sort(times);
  state.counters["p50_ns"] = times[times.size() / 2] - overhead;
  state.counters["p99_ns"] = times[times.size() * 99 / 100] - overhead;
}

void BM_PersonaRoles(benchmark::State& state) { roles(state, false); }
BENCHMARK(BM_PersonaRoles);

void BM_PersonaRolesBesidePrefetch(benchmark::State& state) { roles(state, true); }
BENCHMARK(BM_PersonaRolesBesidePrefetch);

}  // namespace
}  // namespace harbinger::bench
