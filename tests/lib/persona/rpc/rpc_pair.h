// A server and clients of it in one test, over 127.0.0.1.
#pragma once

#include <memory>

#include "persona/rpc/client.h"
#include "persona/rpc/server.h"
#include "tests/lib/persona/rpc/fake_engine.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

inline SocketAddress any_port() { return SocketAddress::parse("127.0.0.1:0").value(); }

struct RpcPair {
  explicit RpcPair(persona::RpcServerSettings settings = {}) {
    if (settings.listen.empty()) settings.listen = {any_port()};
    auto started = persona::serve_engine(engine, settings);
    if (!started) throw std::runtime_error(started.error().to_string());
    server = std::move(*started);
  }

  // An engine answers everything before it ends.
  ~RpcPair() { engine->let_go(); }
  RpcPair(const RpcPair&) = delete;
  RpcPair& operator=(const RpcPair&) = delete;

  std::string address() const { return server->addresses().at(0).to_string(); }

  /// Short pauses, so that tests are short.
  persona::RpcClientSettings settings(const std::string& token = "") const {
    persona::RpcClientSettings client;
    client.address = address();
    client.token = token;
    client.patience = std::chrono::seconds(10);
    client.shortest_pause = std::chrono::milliseconds(10);
    client.longest_pause = std::chrono::milliseconds(50);
    return client;
  }
  std::unique_ptr<PersonaEngine> client(const std::string& token = "") const {
    return persona::connect_engine(settings(token)).value();
  }

  std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
  std::unique_ptr<persona::RpcServer> server;
};

using Assigned = Result<std::vector<PersonaAssignment>>;

inline Assigned assign(PersonaEngine& engine, std::span<const PersonaAsk> asks) {
  Awaited<Assigned> answer;
  engine.assign(asks, answer.taker());
  return answer.get();
}
inline Assigned assign(PersonaEngine& engine, ClientKey client = 1) {
  PersonaAsk ask;
  ask.client = client;
  return assign(engine, std::span(&ask, 1));
}
inline Result<PersonaEngine::Receipt> report(PersonaEngine& engine, std::span<const BehaviourEvent> events) {
  Awaited<Result<PersonaEngine::Receipt>> answer;
  engine.report(events, answer.taker());
  return answer.get();
}
inline Result<PersonaExplanation> explain(PersonaEngine& engine, ClientKey client) {
  Awaited<Result<PersonaExplanation>> answer;
  engine.explain(client, answer.taker());
  return answer.get();
}

/// An event that nothing is wrong with, by the fake engine's clock.
inline BehaviourEvent good_event(std::string_view resource = "www.example.org") {
  BehaviourEvent event;
  event.client = 7;
  event.at = 1'700'000'000'000;
  event.resource = resource;
  return event;
}

}  // namespace harbinger::test
