// What the server does with each kind of call. gRPC's classes are only named here.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "persona/rpc/live_streams.h"
#include "persona/rpc/server.h"
#include "persona/rpc/tokens.h"

namespace grpc {
class ByteBuffer;
class CallbackServerContext;
class ServerUnaryReactor;
class Status;
template <class Request, class Response>
class ServerBidiReactor;
template <class Response>
class ServerWriteReactor;
}  // namespace grpc

namespace harbinger::persona {

namespace v1 {
class ExplainResponse;
class GetStateResponse;
class WatchResponse;
}  // namespace v1

using LiveCall = LiveStream;

/// What all calls of one server share.
class ServerCalls {
 public:
  ServerCalls(std::shared_ptr<PersonaEngine> engine, const RpcServerSettings& settings, std::optional<Tokens> tokens)
      : engine_(std::move(engine)), settings_(settings), tokens_(std::move(tokens)), calls_(settings.most_streams) {}

  PersonaEngine& engine() const { return *engine_; }
  const RpcServerSettings& settings() const { return settings_; }

  /// Whether this caller may do that.
  grpc::Status admit(const grpc::CallbackServerContext& context, Scope needed) const;
  /// Counts the stream in; false when there is no room, or the server stops.
  bool add(const std::shared_ptr<LiveCall>& call) { return calls_.add(call); }
  void remove(const LiveCall* call) { calls_.remove(call); }
  /// No new streams; those that are open end soon.
  void drain() { calls_.drain(); }

 private:
  const std::shared_ptr<PersonaEngine> engine_;
  const RpcServerSettings settings_;
  const std::optional<Tokens> tokens_;
  LiveStreams calls_;
};

using Octets = grpc::ByteBuffer;

/// The calls of the service. Reactors free themselves.
grpc::ServerBidiReactor<Octets, Octets>* begin_assign(const std::shared_ptr<ServerCalls>& calls,
                                                      grpc::CallbackServerContext* context);
grpc::ServerBidiReactor<Octets, Octets>* begin_report(const std::shared_ptr<ServerCalls>& calls,
                                                      grpc::CallbackServerContext* context);
grpc::ServerWriteReactor<v1::WatchResponse>* begin_watch(const std::shared_ptr<ServerCalls>& calls,
                                                         grpc::CallbackServerContext* context);
grpc::ServerUnaryReactor* begin_explain(const std::shared_ptr<ServerCalls>& calls, grpc::CallbackServerContext* context,
                                        ClientKey client, v1::ExplainResponse* response);
grpc::ServerUnaryReactor* begin_state(const std::shared_ptr<ServerCalls>& calls, grpc::CallbackServerContext* context,
                                      v1::GetStateResponse* response);

}  // namespace harbinger::persona
