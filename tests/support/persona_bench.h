// A persona engine on a bench: its parts plain, its clock still, everything it says in variables.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <future>
#include <string>
#include <vector>

#include <tests/support/persona_fakes.h>
#include "persona/assemble.h"

namespace harbinger::test {

struct EngineBench {
  SteadyClock clock;
  ScriptedRandom random;
  Metrics metrics;
  std::shared_ptr<NetworkDiary> diary = std::make_shared<NetworkDiary>();
  std::shared_ptr<std::atomic<int>> changes = std::make_shared<std::atomic<int>>(0);  ///< of the personas, by tending
  std::shared_ptr<SharedMemory> shared;                                               ///< null: no share
  persona::EngineSettings settings = without_training();
  std::unique_ptr<persona::LocalEngine> engine;
  std::deque<std::string> texts;

  Result<void> try_start() {
    std::unique_ptr<persona::Share> share;
    if (shared) share = std::make_unique<PlainShare>(shared);
    auto made =
        persona::assemble_engine(settings, std::make_shared<persona::Catalogue>(),
                                 std::make_unique<PlainNetwork>(diary), std::make_unique<PlainClusters>(changes),
                                 std::move(share), {.clock = &clock, .metrics = &metrics, .random = &random});
    if (!made) return fail(made.error());
    engine = std::move(*made);
    return {};
  }
  EngineBench& start() {
    if (auto started = try_start(); !started) FAIL(started.error().to_string());
    return *this;
  }

  BehaviourEvent act(ClientKey client, std::string resource) {
    texts.push_back(std::move(resource));
    return {.client = client, .at = clock.millis(), .resource = texts.back()};
  }
  /// Hands over and waits until it is dealt with.
  PersonaEngine::Receipt report(const std::vector<BehaviourEvent>& events) {
    std::promise<PersonaEngine::Receipt> receipt;
    engine->report(events, [&](Result<PersonaEngine::Receipt> got) { receipt.set_value(got.value()); });
    return receipt.get_future().get();
  }
  void acts(ClientKey client, const std::string& resource, int count) {
    std::vector<BehaviourEvent> events;
    for (int i = 0; i < count; ++i) events.push_back(act(client, resource));
    report(events);
  }
  PersonaAssignment ask(const PersonaAsk& ask) {
    std::promise<PersonaAssignment> assigned;
    engine->assign(std::span(&ask, 1),
                   [&](Result<std::vector<PersonaAssignment>> got) { assigned.set_value(got.value().at(0)); });
    return assigned.get_future().get();
  }
  PersonaAssignment ask(ClientKey client, const PersonaToken& token = {}, std::string_view user_agent = {}) {
    PersonaAsk who;
    who.client = client;
    who.at = clock.millis();
    who.name = "example.org";
    who.user_agent = user_agent;
    who.token = token;
    return ask(who);
  }

  static persona::EngineSettings without_training() {
    persona::EngineSettings settings;
    settings.clients = 1000;
    settings.train = false;
    return settings;
  }

  double metric(const std::string& name, const std::string& label = "") {
    for (const auto& sample : metrics.collect())
      if (sample.name == "harbinger_persona_engine_" + name &&
          (label.empty() || (!sample.labels.empty() && sample.labels[0].second == label)))
        return sample.value;
    return -1;
  }
};

}  // namespace harbinger::test
