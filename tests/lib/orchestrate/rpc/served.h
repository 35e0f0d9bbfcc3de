// A server with a fake engine, over 127.0.0.1.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "orchestrate/rpc/orchestration_server.h"
#include "tests/lib/orchestrate/rpc/caller.h"
#include "tests/support/fake_orchestration_engine.h"

namespace harbinger::test {

struct Served {
  explicit Served(orchestrate::ServerSettings settings = {}) {
    if (settings.listen.empty()) settings.listen = {SocketAddress::parse("127.0.0.1:0").value()};
    settings.metrics = &metrics;
    settings.refresh = std::chrono::milliseconds(5);
    settings.key_of = [](std::string_view name) { return key_of(name); };
    settings.report = [this](auto acts) { return take(acts); };
    auto started = orchestrate::serve_orchestration(engine, settings);
    if (!started) throw std::runtime_error(started.error().to_string());
    server = std::move(*started);
  }

  /// A key that tells the name: tests hash nothing.
  static orchestrate::ActorKey key_of(std::string_view name) { return 0xa000 + name.size(); }
  std::string address() const { return server->addresses().at(0).to_string(); }
  double metric(std::string_view name) const {
    double sum = 0;
    for (const auto& sample : metrics.collect())
      if (sample.name == name) sum += sample.value;
    return sum;
  }

  /// What was reported, as text. Acts without an actor are not taken.
  std::vector<std::string> reported;
  std::vector<orchestrate::Need> asked;
  Metrics metrics;
  std::shared_ptr<FakeOrchestrationEngine> engine = std::make_shared<FakeOrchestrationEngine>();
  std::unique_ptr<orchestrate::OrchestrationServer> server;

 private:
  orchestrate::Receipt take(std::span<const orchestrate::ActivityRecord> acts) {
    orchestrate::Receipt receipt;
    for (const auto& act : acts) {
      if (act.actor.empty()) {
        ++receipt.left[static_cast<std::size_t>(orchestrate::ActivityFault::no_actor)];
        continue;
      }
      ++receipt.taken;
      reported.push_back(std::string(act.actor) + " " + std::string(act.verb) + " " + std::string(act.kind) + " from " +
                         std::string(act.source) + " " + std::string(to_string(act.outcome)) + " " +
                         std::string(to_string(act.actor_class)) + (act.at ? "" : " now"));
      if (act.asks != nullptr) asked.push_back(*act.asks);
    }
    return receipt;
  }
};

}  // namespace harbinger::test
