// What the orchestration of resources costs: an act from end to end, and plans for many users.
#include <benchmark/benchmark.h>

#include <random>

#include <orchestrate/engine.h>

namespace harbinger::bench {
namespace {

using namespace orchestrate;
using namespace std::chrono_literals;

/// Foresees one of eight machines for everybody, at no cost: what is measured is the engine.
class QuickNeeds final : public NeedModel {
 public:
  void heard(const Activity&, const UserAttributes&, SystemLoad) override {}
  Outlook outlook(ActorKey user, const UserAttributes&, SystemLoad, UnixMillis) override {
    Outlook outlook;
    outlook.needs = {{.need = {.kind = "machine", .machine = "m" + std::to_string(user % 8)},
                      .probability = 0.5F,
                      .usually_in = 1min}};
    return outlook;
  }
  std::vector<std::string> explain(ActorKey, const UserAttributes&, SystemLoad, UnixMillis) override { return {}; }
  Counts counts() const override { return {}; }
  std::vector<std::uint8_t> save() const override { return {}; }
  Result<void> load(std::span<const std::uint8_t>) override { return {}; }
};

class QuickAttributes final : public AttributeModel {
 public:
  void heard(std::span<const Activity>) override {}
  UserAttributes of(ActorKey) const override { return {}; }
  Result<void> label(ActorKey, Attribute, std::uint8_t) override { return {}; }
  Result<void> unlabel(ActorKey, Attribute) override { return {}; }
  Result<void> pin(std::vector<Rule>) override { return {}; }
  std::vector<std::string> explain(ActorKey) const override { return {}; }
  Counts counts() const override { return {}; }
  std::vector<std::uint8_t> save() const override { return {}; }
  Result<void> load(std::span<const std::uint8_t>) override { return {}; }
};

/// Makes all at once.
class QuickTarget final : public Target {
 public:
  TargetTraits traits() const override { return {.name = "quick", .usual_start = 10s}; }
  std::string trouble() override { return {}; }
  std::string refusal(const Need&) const override { return {}; }
  Result<Made> make(const TargetOrder& order, std::stop_token) override { return all_of(order); }
  Result<Made> look(std::string_view id, MonotonicTime) override { return all_of({.id = std::string(id)}); }
  Result<Made> change(const TargetOrder& order, std::stop_token) override { return all_of(order); }
  Result<void> remove(std::string_view, MonotonicTime) override { return {}; }
  Result<std::vector<Made>> list(MonotonicTime) override { return std::vector<Made>(); }

 private:
  static Made all_of(const TargetOrder& order) {
    return {.id = order.id,
            .need = order.need,
            .condition = Made::Condition::ready,
            .parts = order.need.count,
            .reach = {},
            .trouble = {}};
  }
};

struct Bench {
  FakeClock clock;
  Metrics metrics;
  std::unique_ptr<OrchestrationEngine> engine;

  explicit Bench(bool real_models) {
    OrchestrationEngine::Settings settings{
        .mode = Mode::dry_run, .kinds = {{.kind = "machine", .target = "quick"}}, .threads = 0};
    settings.budgets = {.resources = 100'000, .starts_per_hour = 1'000'000};
    OrchestrationEngine::World world{.clock = &clock, .metrics = &metrics, .state = {}, .secret = {}};
    world.attributes = std::make_unique<QuickAttributes>();
    world.needs = std::make_unique<QuickNeeds>();
    if (real_models) {
      world.attributes = make_attribute_model({}, nullptr);
      world.needs = make_need_model({});
    }
    world.targets["quick"] = std::make_unique<QuickTarget>();
    engine = OrchestrationEngine::start(std::move(settings), std::move(world)).value();
  }
};

/// Acts of so many users, of whom each tenth asks for a machine.
class Acts {
 public:
  explicit Acts(std::uint64_t users) : users_(users) {
    for (std::uint32_t i = 0; i < 8; ++i)
      needs_.push_back({.kind = "machine", .machine = "m" + std::to_string(i), .image = "ubuntu"});
  }
  std::vector<Activity> some(std::size_t count) {
    static constexpr std::array<std::string_view, 6> kVerbs{"Describe", "List", "Get", "Create", "Start", "Stop"};
    std::vector<Activity> acts(count);
    for (auto& each : acts) {
      const auto user = 1 + dice_() % users_;
      each.actor = user * 0x9e3779b97f4a7c15ULL;
      each.at = at_ += 20;
      each.verb = kVerbs[dice_() % kVerbs.size()];
      each.kind = "servers";
      each.source = "cloudtrail";
      if (dice_() % 10 == 0) each.asks = &needs_[user % needs_.size()];
    }
    return acts;
  }

 private:
  const std::uint64_t users_;
  std::mt19937_64 dice_{7};
  std::vector<Need> needs_;
  UnixMillis at_ = 1'700'000'000'000;
};

// Heard, asked for or not, learnt from, foreseen and planned; in pieces as sensors hand them over.
void orchestrate_act(benchmark::State& state) {
  constexpr std::size_t kPiece = 100;
  Bench bench(state.range(1) != 0);
  Acts acts(static_cast<std::uint64_t>(state.range(0)));
  for (int i = 0; i < 20; ++i) {
    (void)bench.engine->heard(acts.some(kPiece));
    bench.engine->catch_up();
  }
  for (auto _ : state) {
    state.PauseTiming();
    const auto piece = acts.some(kPiece);
    bench.clock.advance(20ms);
    state.ResumeTiming();
    (void)bench.engine->heard(piece);
    bench.engine->catch_up();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kPiece));
  state.SetLabel(state.range(1) != 0 ? "with models" : "the engine alone");
}
BENCHMARK(orchestrate_act)
    ->ArgNames({"users", "models"})
    ->ArgsProduct({{1000, 10'000}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

// Everybody is looked at once: what he will need, what is there, what is to be done.
void orchestrate_plan(benchmark::State& state) {
  const auto users = static_cast<std::uint64_t>(state.range(0));
  Bench bench(state.range(1) != 0);
  Acts acts(users);
  for (std::uint64_t i = 0; i < 2 * users; i += 1000) {
    (void)bench.engine->heard(acts.some(1000));
    bench.engine->catch_up();
  }
  std::vector<Activity> one_each(users);
  for (std::uint64_t i = 0; i < users; ++i) {
    one_each[i].actor = (i + 1) * 0x9e3779b97f4a7c15ULL;
    one_each[i].at = 1'700'000'900'000;
    one_each[i].verb = "Describe";
    one_each[i].kind = "servers";
    one_each[i].source = "cloudtrail";
  }
  for (auto _ : state) {
    (void)bench.engine->heard(one_each);
    bench.engine->catch_up();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * users));
  state.SetLabel(state.range(1) != 0 ? "with models" : "the engine alone");
}
BENCHMARK(orchestrate_plan)
    ->ArgNames({"users", "models"})
    ->ArgsProduct({{10'000}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace harbinger::bench
