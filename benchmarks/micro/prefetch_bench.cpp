// What prefetch costs a query: its three roles on their own, with and without hints asked for.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <benchmarks/micro/allocations.h>
#include <chain/finish.h>
#include <chain/query_parser.h>
#include <harbinger/config.h>
#include <harbinger/foresight.h>
#include <harbinger/message.h>
#include <harbinger/rcu.h>
#include <harbinger/worker.h>
#include <plugins/all.h>

namespace harbinger::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kNames = 5'000, kClients = 20'000;
constexpr std::size_t kMostTimes = 2'000'000;

std::string name_of(int i) { return "host-" + std::to_string(i) + ".example.org"; }

// A prefetch plugin that has learnt 5000 names, each followed by one of four.
struct Learnt {
  Learnt() {
    context.zones = {Name()};
    context.metrics = &metrics;
    context.clock = &system_clock();
    context.fact = [](std::string_view) { return FactId::first_custom; };
    for (auto& spec : all_plugins())
      if (spec.name == "prefetch") plugin = std::move(*spec.make(directive()));
    if (!plugin->start(context)) throw std::runtime_error("prefetch does not start");
    teach();
  }
  ~Learnt() { plugin->stop(); }

  static config::Directive directive() {
    return config::parse(". {\n prefetch {\n floor 0.05\n }\n}\n", "Harbingerfile")->blocks[0].directives[0];
  }

  // Through the plugin's own learner, which whoever names the same settings shares.
  void teach() const {
    Foresight::Settings settings;
    settings.model.contexts = 250'000;
    const auto shared = Foresight::shared(settings, {context.clock, context.metrics, context.log});
    const auto now = context.clock->now();
    for (int i = 0; i < 40 * kNames; ++i) {
      const auto text = name_of((i * 7 + i % 4) % kNames);
      Access access;
      access.client = static_cast<ClientKey>(1 + i / 20);
      access.resource = text;
      (*shared)->accessed(access, resource_hash(text), now, {});
      if (i % 1000 == 0) (*shared)->catch_up();
    }
    (*shared)->catch_up();
  }
  double hinted() const {
    for (const auto& sample : metrics.collect())
      if (sample.name == "harbinger_prefetch_hinted_total" && sample.labels == Labels{{"kind", "hint"}})
        return sample.value;
    return 0;
  }

  Metrics metrics;
  PluginContext context;
  std::unique_ptr<Plugin> plugin;
};

// One of the names, asked by one of the clients: so many that none floods, and that their lines are in no near cache.
class Asking {
 public:
  explicit Asking(bool hints) {
    const std::vector<std::uint8_t> options =
        hints ? std::vector<std::uint8_t>{0xff, 0x22, 0, 0} : std::vector<std::uint8_t>{};
    for (int i = 0; i < kNames; ++i)
      messages_.push_back(make_query(1, {*Name::parse(name_of(i)), RRType::A}, true, 1232, false, options));
  }
  void next(Query& query) {
    ++at_;
    const auto client = static_cast<std::uint32_t>(at_ * 2'654'435'761u % kClients);
    const std::uint8_t octets[4] = {10, static_cast<std::uint8_t>(client >> 16), static_cast<std::uint8_t>(client >> 8),
                                    static_cast<std::uint8_t>(client)};
    QueryParser parser;
    parser.parse({messages_[at_ * 7919 % kNames], {IpAddress::v4(octets), 4053}, Transport::udp, system_clock().now()},
                 5s, query);
  }

 private:
  std::vector<std::vector<std::uint8_t>> messages_;
  std::size_t at_ = 0;
};

std::vector<std::uint8_t> a_reply() {
  std::vector<std::uint8_t> out(512);
  MessageWriter writer(out, Header{});
  const auto name = *Name::parse(name_of(1));
  writer.add_question({name, RRType::A, RRClass::IN});
  writer.add_record(MessageWriter::Section::answer, *record_from_text(name.to_string() + " 300 A 192.0.2.1"));
  const auto bytes = writer.finish();
  return {bytes.begin(), bytes.end()};
}

double clock_costs() {
  std::vector<double> times;
  for (int i = 0; i < 10'001; ++i) {
    const auto before = system_clock().now();
    times.push_back(static_cast<double>((system_clock().now() - before).count()));
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

// Percentiles of single runs, less what reading the clock costs.
void roles(benchmark::State& state, bool hints) {
  const WorkerIdentity worker(1);
  const Learnt learnt;
  Asking asking(hints);
  const auto reply = a_reply();
  std::vector<double> times;
  times.reserve(kMostTimes);
  {
    Query query = QueryParser::empty();
    CountAllocations count(state);
    for (auto _ : state) {
      asking.next(query);
      const auto before = system_clock().now();
      learnt.plugin->identify(query);
      ReplyEditor editor;
      ReplyFinisher::prepare(editor, query, Rcode::NOERROR);
      learnt.plugin->decorate(query, editor);
      learnt.plugin->observe(query, {.wire = reply});
      const auto after = system_clock().now();
      benchmark::DoNotOptimize(editor);
      if (times.size() < kMostTimes) times.push_back(static_cast<double>((after - before).count()));
      rcu::quiescent();
    }
  }
  const auto overhead = clock_costs();
  std::ranges::sort(times);
  state.counters["p50_ns"] = times[times.size() / 2] - overhead;
  state.counters["p99_ns"] = times[times.size() * 99 / 100] - overhead;
  state.counters["hints"] = learnt.hinted() / static_cast<double>(state.iterations());
}

void BM_PrefetchRoles(benchmark::State& state) { roles(state, false); }
BENCHMARK(BM_PrefetchRoles);

void BM_PrefetchRolesWithHints(benchmark::State& state) { roles(state, true); }
BENCHMARK(BM_PrefetchRolesWithHints);

}  // namespace
}  // namespace harbinger::bench
