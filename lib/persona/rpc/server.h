// The engine's door for other processes: gRPC, with tokens and TLS.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/log.h>
#include <harbinger/persona_engine.h>
#include <harbinger/result.h>

namespace harbinger::persona {

struct RpcServerSettings {
  std::vector<SocketAddress> listen;  ///< port 0 takes a free one

  /// PEM files. `client_ca` demands certificates of clients, too (mutual TLS).
  std::optional<std::filesystem::path> certificate, key, client_ca;
  /// Lines `TOKEN SCOPE`, see tokens.h. Without it everybody who can connect may do everything.
  std::optional<std::filesystem::path> tokens;

  std::size_t most_octets = 4 << 20;       ///< of a message
  std::size_t most_batch = 4096;           ///< asks or events
  std::size_t most_streams = 1024;         ///< of all clients together
  std::size_t most_in_work = 8;            ///< batches of one stream; no more are read until one is answered
  std::size_t watch_octets = 64 << 20;     ///< that may wait for a watcher; beyond it, it is cut off
  std::chrono::milliseconds grace{2'000};  ///< for batches in work when the server stops
  Logger log{};
};

/// A running server. Stops when it dies.
class RpcServer {
 public:
  virtual ~RpcServer() = default;
  /// Where it listens, with real ports.
  virtual std::vector<SocketAddress> addresses() const = 0;
  /// Says "not serving", takes no new batches, answers those in work, then ends all streams. Blocks for `grace` and a little at most, as long as
  /// the engine keeps its promise to answer. Once is enough.
  virtual void stop() = 0;
};

/// Serves `engine` on threads of gRPC's. `denied` when an address other than the machine's own would be open to everybody: give tokens or a client
/// CA. `not_found` and `malformed` for files that are missing or wrong, `conflict` for an address that cannot be listened on.
Result<std::unique_ptr<RpcServer>> serve_engine(std::shared_ptr<PersonaEngine> engine,
                                                const RpcServerSettings& settings);

}  // namespace harbinger::persona
