// What all gRPC servers of ours do alike: they listen, refuse what is no service of theirs, and stop. gRPC's classes are only named here.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/log.h>
#include <harbinger/result.h>
#include "persona/rpc/credentials.h"

namespace grpc {
class CallbackGenericService;
class Server;
class ServerBuilder;
class Service;
}  // namespace grpc

namespace harbinger::persona {

/// Answers every call with UNIMPLEMENTED and `speaks` ("this engine speaks harbinger.persona.v1"): other versions of a service before all.
std::unique_ptr<grpc::CallbackGenericService> other_versions(std::string speaks);

/// Starts the server that `builder` describes at these addresses; those that it got, with real ports, are appended to `addresses`. `conflict` for one that cannot be had.
Result<std::unique_ptr<grpc::Server>> listen(grpc::ServerBuilder& builder, std::span<const SocketAddress> at,
                                             const std::shared_ptr<grpc::ServerCredentials>& credentials,
                                             std::vector<SocketAddress>& addresses);

/// Where a server listens, and what proves who is who there.
struct ServerDoor {
  std::span<const SocketAddress> listen{};
  TlsFiles tls;
  bool has_tokens = false;
  std::string_view could{};             ///< what everybody could do there without either: "start instances"
  std::string_view secrets = "tokens";  ///< what travels in plain text without a certificate
  const Logger* log = nullptr;
};
/// What is right to listen with. `malformed` without an address, `denied` for an address that would be open to everybody; errors of files.
Result<std::shared_ptr<grpc::ServerCredentials>> open_door(const ServerDoor& door);

/// A server for callers that are other programs, not ours.
struct ServerParts {
  struct Named {
    grpc::Service* service = nullptr;  ///< outlives the server
    const char* name = nullptr;        ///< whole
  };
  std::vector<Named> services{};
  std::string speaks{};  ///< see other_versions
  std::size_t most_octets = 64 << 10;
  std::chrono::milliseconds silence{20'000};  ///< of a connection that is taken for dead then
};
/// Runs until it is told to stop.
class RunningServer {
 public:
  virtual ~RunningServer() = default;
  virtual const std::vector<SocketAddress>& addresses() const = 0;
  /// Says "not serving", has `drain` end streams, and waits for calls in work, for `grace` at most. The second time, nothing.
  virtual void stop(const std::function<void()>& drain, std::chrono::milliseconds grace) = 0;
};
Result<std::unique_ptr<RunningServer>> run_server(const ServerParts& parts, std::span<const SocketAddress> at,
                                                  const std::shared_ptr<grpc::ServerCredentials>& credentials);

}  // namespace harbinger::persona
