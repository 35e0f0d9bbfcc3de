// Provisioning: finding a tag's instance, hearing of a wish, and a round of control with ten thousand tags and instances.
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <vector>

#include <benchmarks/micro/allocations.h>
#include <provision/engine_core.h>

namespace harbinger::bench {
namespace {

using namespace provision;

constexpr std::uint64_t kTags = 10'000;
std::uint64_t tag(std::uint64_t number) { return (number + 1) * 0x9e3779b97f4a7c15ULL; }

void find_the_instance_of_a_tag(benchmark::State& state) {
  ReadyTable table;
  std::vector<ReadyTable::Entry> entries;
  for (std::uint64_t i = 0; i < kTags; ++i)
    entries.push_back({{tag(i), 1}, {.addresses = {IpAddress::parse("192.0.2.1").value()}, .port = 80}});
  table.publish(std::move(entries), {});
  std::uint64_t number = 0;
  const CountAllocations count(state);
  for (auto _ : state) {
    number = (number + 4099) % kTags;
    benchmark::DoNotOptimize(table.find({tag(number), 1}));
  }
}
BENCHMARK(find_the_instance_of_a_tag);

// Answers at once.
class QuickProvider final : public Provider {
 public:
  ProviderTraits traits() const override { return {.name = "quick", .most = 2 * kTags, .outlives_us = true}; }
  std::string trouble() override { return {}; }
  Result<Found> start(const Order& order, std::stop_token) override { return found(order.id); }
  Result<Found> look(std::string_view id, MonotonicTime) override { return found(id); }
  Result<Usage> usage(std::string_view, MonotonicTime) override { return Usage{.cpus = 0.5}; }
  Result<void> stop(std::string_view, MonotonicTime) override { return {}; }
  Result<void> resize(std::string_view, const Size&, MonotonicTime) override { return {}; }
  Result<std::vector<Found>> list(MonotonicTime) override { return std::vector<Found>(); }

 private:
  static Found found(std::string_view id) {
    return {.id = std::string(id), .reach = {.addresses = {IpAddress::parse("192.0.2.1").value()}, .port = 80}};
  }
};

class NoProbes final : public InstanceProbes {
 public:
  void watch(const std::string&, const Reach&, const Template&, Pace) override {}
  void drop(const std::string&) override {}
};

class NoSizer final : public PoolSizer {
 public:
  void arrived(double, double) override {}
  void led(std::size_t, double) override {}
  void started(std::chrono::milliseconds) override {}
  void step(UnixMillis) override {}
  Target target() const override { return {.ready = 10}; }
  std::vector<Term> explain() const override { return {}; }
  std::vector<std::uint8_t> save() const override { return {}; }
  Result<void> load(std::span<const std::uint8_t>) override { return {}; }
};

// A core with ten thousand instances that have tags.
struct House {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("provision_bench." + std::to_string(getpid()));
  FakeClock clock;
  Metrics metrics;
  ReadyTable table;
  NoProbes probes;
  std::vector<EngineCore::Letter> letters;
  std::unique_ptr<EngineCore> core;

  House() {
    constexpr auto kMany = static_cast<unsigned>(2 * kTags);
    PoolSettings pool;
    pool.what.name = "pool";
    pool.what.provider = "quick";
    pool.sizing.most = kMany;
    ProvisioningEngine::World world{.clock = &clock, .metrics = &metrics, .table = &table, .sizers = [](const auto&) {
                                      return std::make_unique<NoSizer>();
                                    }};
    world.providers["quick"] = std::make_unique<QuickProvider>();
    core = std::make_unique<EngineCore>(
        ProvisioningEngine::Settings{
            .mode = Mode::on,
            .pools = {pool},
            .budgets = {.instances = kMany, .starts_per_hour = kMany, .starts_per_pool_hour = kMany}},
        std::move(world), ProvisionJournal::open(folder / "journal", {1}).value(),
        EngineCore::Hands{.post = [this](auto letter) { letters.push_back(std::move(letter)); },
                          .call = [](auto, auto, auto what) { what({}); },
                          .probes = &probes});
    core->recover();
    deliver();
    for (int i = 0; i < 20 && core->state().pools[0].assigned < kTags; ++i) bring_up();
    if (core->state().pools[0].assigned < kTags) throw std::runtime_error("not all tags have an instance");
  }
  ~House() { std::filesystem::remove_all(folder); }
  // So many at a time as may wait.
  void bring_up() {
    for (std::uint64_t i = 0; i < kTags; ++i) wish(i);
    round();
    for (const auto& each : core->state().instances) core->probed(each.id, true, {});
    round();
  }
  void wish(std::uint64_t number) { core->wished({{tag(number), 0}, number / 8 + 1, true}); }
  void deliver() {
    for (const auto& each : std::exchange(letters, {})) each(*core);
    core->act();
  }
  void round() {
    clock.advance(std::chrono::seconds(1));
    core->look();
    core->round();
    deliver();
    core->take_news();
  }
};

// As many wishes as there are tags, a look at all instances, usage asked of some.
void round_of_control(benchmark::State& state) {
  House house;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < kTags; ++i) house.wish(i);
    house.round();
  }
}
BENCHMARK(round_of_control)->Unit(benchmark::kMillisecond);

// The same, and one tag that comes and another that goes: the journal is written and the table made anew.
void round_of_control_with_changes(benchmark::State& state) {
  House house;
  std::uint64_t number = kTags;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < kTags; ++i) house.wish(i);
    house.core->invalidate(tag(number % kTags), tag(number + kTags));
    ++number;
    house.round();
  }
}
BENCHMARK(round_of_control_with_changes)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace harbinger::bench
