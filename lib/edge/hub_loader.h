// The door that edges come in by is loaded when a configuration asks for it: gRPC is too large to be in every server.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include <harbinger/address.h>
#include <harbinger/log.h>
#include <harbinger/result.h>
#include "edge/link.h"

namespace harbinger::edge {

inline constexpr std::string_view kEdgeModule = "harbinger-edge-rpc.so";

struct HubServerSettings {
  SocketAddress listen{};
  /// PEM files. `client_ca` demands certificates of edges, too (mutual TLS).
  std::optional<std::filesystem::path> certificate{}, key{}, client_ca{};
  std::optional<std::filesystem::path> tokens{};  ///< lines `TOKEN SCOPE`: `edge` or `report`
  Logger log{};
};

/// A running server. Stops, and ends all sessions, when it dies.
class HubServer {
 public:
  virtual ~HubServer() = default;
  /// Where it listens, with the real port.
  virtual SocketAddress address() const = 0;
};

/// Takes a way that somebody who is no edge measured; false for what can be none.
using TakeLatency = std::function<bool(const IpAddress& client, std::string_view endpoint, double rtt_ms)>;

/// Lets edges join `host`. `not_found` says where the module was looked for.
Result<std::unique_ptr<HubServer>> load_hub_server(std::shared_ptr<EdgeHost> host, TakeLatency latency,
                                                   const HubServerSettings& settings);

}  // namespace harbinger::edge
