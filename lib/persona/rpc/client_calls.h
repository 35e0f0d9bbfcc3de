// The streams of a client. gRPC's classes are only named here.
#pragma once

#include <memory>
#include <span>

#include "persona/rpc/client.h"
#include "persona/rpc/keeper.h"
#include "persona/rpc/open_calls.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace harbinger::persona {

/// What all calls of one client share.
struct ClientCalls {
  explicit ClientCalls(RpcClientSettings client_settings) : settings(std::move(client_settings)) {}
  const RpcClientSettings settings;
  std::shared_ptr<grpc::Channel> channel;
  const std::shared_ptr<OpenCalls> open = std::make_shared<OpenCalls>();
  Keeper keeper;

  /// A context that says who we are.
  std::unique_ptr<grpc::ClientContext> context() const;
};

/// Batches to the engine and their answers. A broken stream is made anew after a pause; meanwhile batches fail at once.
template <class Part, class Done>
class ClientLane {
 public:
  virtual ~ClientLane() = default;
  virtual void send(std::span<const Part> parts, Done done) = 0;
  /// What is wrong; empty when batches are let through.
  virtual std::string trouble() const = 0;
  /// Fails what waits, and everything from now on.
  virtual void end() = 0;
};
using AskLane = ClientLane<PersonaAsk, PersonaEngine::Assigned>;
using EventLane = ClientLane<BehaviourEvent, PersonaEngine::Reported>;

std::shared_ptr<AskLane> open_ask_lane(std::shared_ptr<ClientCalls> calls);
std::shared_ptr<EventLane> open_event_lane(std::shared_ptr<ClientCalls> calls);

/// Watches, through broken streams.
class ClientWatch {
 public:
  virtual ~ClientWatch() = default;
  /// No update comes after this; one that is under way is waited for, unless it is the one that stops.
  virtual void stop() = 0;
  virtual bool stopped() const = 0;
};
std::shared_ptr<ClientWatch> open_watch(std::shared_ptr<ClientCalls> calls, PersonaEngine::Watcher update);

}  // namespace harbinger::persona
