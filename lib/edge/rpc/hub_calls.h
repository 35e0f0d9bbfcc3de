// What the server does with each kind of call. gRPC's classes are only named here.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "edge/rpc/hub_counts.h"
#include "edge/rpc/hub_server.h"
#include "persona/rpc/keeper.h"
#include "persona/rpc/tokens.h"

namespace grpc {
class ByteBuffer;
class CallbackServerContext;
class ServerUnaryReactor;
class Status;
template <class Request, class Response>
class ServerBidiReactor;
}  // namespace grpc

namespace google::protobuf {
class MessageLite;
}

namespace harbinger::edge {

/// A session that is open.
class LiveSession {
 public:
  virtual ~LiveSession() = default;
  /// Ends with a farewell.
  virtual void close(std::string why) = 0;
};

/// What all calls of one server share.
class HubCalls {
 public:
  HubCalls(std::shared_ptr<EdgeHost> host, ReportSinks sinks, const HubServerSettings& hub_settings,
           std::optional<persona::Tokens> tokens);

  /// Whether this caller may do that.
  grpc::Status admit(const grpc::CallbackServerContext& context, persona::Scope needed) const;
  /// Counts the session in; false when there is no room, or the server stops.
  bool add(const std::shared_ptr<LiveSession>& session);
  void remove(const LiveSession* session);
  /// No new sessions; those that are open end.
  void drain();

  const std::shared_ptr<EdgeHost> host;
  const ReportSinks sinks;
  const HubServerSettings settings;
  HubCounts counts;
  persona::Keeper keeper;

 private:
  const std::optional<persona::Tokens> tokens_;
  std::mutex mutex_;
  bool draining_ = false;
  std::unordered_map<const LiveSession*, std::weak_ptr<LiveSession>> sessions_;
};

using Octets = grpc::ByteBuffer;

/// Messages come as octets, so that their parts can be counted before anything is made of them. Errors are for the caller.
grpc::Status parse(const Octets& octets, google::protobuf::MessageLite& message);
Octets octets_of(const google::protobuf::MessageLite& message);

/// The calls of the service. Reactors free themselves.
grpc::ServerBidiReactor<Octets, Octets>* begin_session(const std::shared_ptr<HubCalls>& calls,
                                                       grpc::CallbackServerContext* context);
grpc::ServerUnaryReactor* begin_latencies(const std::shared_ptr<HubCalls>& calls, grpc::CallbackServerContext* context,
                                          const Octets& request, Octets& response);
grpc::ServerUnaryReactor* begin_events(const std::shared_ptr<HubCalls>& calls, grpc::CallbackServerContext* context,
                                       const Octets& request, Octets& response);

}  // namespace harbinger::edge
