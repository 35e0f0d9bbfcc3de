// An engine with an estate and with models that foresee what a test says.
#pragma once

#include <catch2/catch.hpp>

#include "orchestrate/engine.h"
#include "tests/lib/orchestrate/told_models.h"
#include "tests/lib/orchestrate/told_target.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

inline orchestrate::Need machine(const std::string& type, std::uint32_t count = 1) {
  return {.kind = "machine", .machine = type, .image = "ubuntu", .count = count};
}
inline orchestrate::LikelyNeed likely(const orchestrate::Need& need, float probability) {
  return {.need = need, .probability = probability, .usually_in = std::chrono::minutes(1)};
}

/// Without threads and with a clock that stands still: `go` makes time pass, by rounds of a second.
struct OrchestrationHouse {
  using Engine = orchestrate::OrchestrationEngine;
  Scratch scratch;
  FakeClock clock;
  Metrics metrics;
  std::shared_ptr<Estate> estate = std::make_shared<Estate>();
  std::shared_ptr<Foretold> word = std::make_shared<Foretold>();
  orchestrate::SystemLoad load{};
  Engine::Settings settings = usual();
  std::unique_ptr<Engine> engine;

  static Engine::Settings usual() {
    Engine::Settings settings{.mode = orchestrate::Mode::on,
                              .kinds = {{.kind = "machine", .target = "estate", .cold_cost = 10}},
                              .unused_after = std::chrono::minutes(5),
                              .threads = 0};
    settings.budgets.resources = 20;
    return settings;
  }
  Engine::World world() {
    Engine::World world{.clock = &clock,
                        .metrics = &metrics,
                        .attributes = std::make_unique<ToldAttributes>(),
                        .needs = std::make_unique<ToldNeeds>(word),
                        .state = scratch / "state",
                        .secret = {4, 2},
                        .load = [this] { return load; }};
    world.targets["estate"] = std::make_unique<ToldTarget>(estate);
    return world;
  }
  Result<void> try_start() {
    engine.reset();
    auto made = Engine::start(settings, world());
    if (!made) return fail(made.error());
    engine = std::move(*made);
    engine->catch_up();
    return {};
  }
  void start() { try_start().value(); }

  UnixMillis date() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock.calendar().time_since_epoch()).count();
  }
  void act(orchestrate::ActorKey user, const orchestrate::Need* asks = nullptr, const std::string& verb = "look",
           float used = -1) {
    orchestrate::Activity activity{
        .actor = user, .at = date(), .verb = verb, .kind = "servers", .source = "test", .scope = {}};
    activity.asks = asks;
    activity.used_cpu = used;
    CHECK(engine->heard(std::span(&activity, 1)) == 1);
    engine->catch_up();
  }
  void ask(orchestrate::ActorKey user, const orchestrate::Need& need) { act(user, &need, "create"); }
  void go(Duration time) {
    for (Duration gone{}; gone < time; gone += std::chrono::seconds(1)) {
      clock.advance(std::chrono::seconds(1));
      engine->catch_up();
    }
  }
  void foresee(orchestrate::ActorKey user, std::vector<orchestrate::LikelyNeed> needs) {
    word->say(user, std::move(needs));
    act(user);
  }

  unsigned count(orchestrate::Resource::Step step) const {
    unsigned sum = 0;
    for (const auto& each : engine->resources())
      if (each.step == step) ++sum;
    return sum;
  }
  unsigned spares() const { return count(orchestrate::Resource::Step::spare); }
  unsigned claimed() const { return count(orchestrate::Resource::Step::claimed); }
  std::vector<orchestrate::Action> over(orchestrate::Action::State state) const {
    auto all = engine->history(1000);
    std::erase_if(all, [&](const auto& each) { return each.state != state; });
    return all;
  }
};

}  // namespace harbinger::test
