// The DNS server's door for edges, and for others who measure ways: gRPC, with tokens and TLS.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include "edge/link.h"

namespace harbinger::edge {

/// A way that somebody measured who is no edge.
struct LatencyReport {
  IpPrefix clients{};  ///< at most /24 or /48
  std::string endpoint;
  float rtt_ms = 0;  ///< more than 0, at most 60000
  std::chrono::seconds lives{30};
};

/// Something that will make resources wanted, as somebody says who knows of it.
struct EventReport {
  std::string tag;          ///< what kind of event
  std::string resources{};  ///< pattern with `*` of what will be wanted
  std::string cluster{};    ///< where; empty: everywhere
  UnixMillis at = 0;
  double lift = 1;  ///< demand expected, as a multiple of the usual; more than 0, at most 10000
  std::chrono::seconds lasts{3600};
};

/// Each takes reports in and says how many of them: others name endpoints that nobody knows, or nobody mirrors what they are about. Any thread; must not
/// block. An empty one: such reports are refused.
struct ReportSinks {
  std::function<std::size_t(std::span<const LatencyReport>)> latencies{};
  std::function<std::size_t(std::span<const EventReport>)> events{};
};

struct HubServerSettings {
  std::vector<SocketAddress> listen;  ///< port 0 takes a free one

  /// PEM files. `client_ca` demands certificates of edges and reporters, too (mutual TLS).
  std::optional<std::filesystem::path> certificate{}, key{}, client_ca{};
  /// Lines `TOKEN SCOPE`: `edge` may do everything, `report` may report latencies and events only. Without it everybody who can connect may do everything.
  std::optional<std::filesystem::path> tokens{};

  std::size_t most_octets = 512 << 10;            ///< of a message
  std::size_t most_sessions = 256;                ///< of all edges together
  std::size_t most_waiting = 4096;                ///< jobs and lines that wait for one edge; beyond it they are shed
  std::chrono::milliseconds hello_within{5'000};  ///< or the session ends
  std::chrono::milliseconds silence{2'000};       ///< of a connection that is taken for dead then
  std::chrono::milliseconds grace{1'000};         ///< for farewells when the server stops

  const Clock* clock = &system_clock();  ///< outlives the server, as `metrics` does
  Metrics* metrics = nullptr;            ///< null: nothing is counted
  Logger log{};
};

/// A running server. Stops when it dies.
class HubServer {
 public:
  virtual ~HubServer() = default;
  /// Where it listens, with real ports.
  virtual std::vector<SocketAddress> addresses() const = 0;
  /// Says "not serving", then a farewell to all edges, and ends their sessions. Blocks for `grace` and a little at most. Once is enough.
  virtual void stop() = 0;
};

/// Lets edges join `host` on threads of gRPC's. Sessions are gone when the server is.
/// `denied` when an address other than the machine's own would be open to everybody: give tokens or a client CA. `not_found` and `malformed` for
/// files that are missing or wrong, `conflict` for an address that cannot be listened on.
Result<std::unique_ptr<HubServer>> serve_edges(std::shared_ptr<EdgeHost> host, ReportSinks sinks,
                                               const HubServerSettings& settings);

}  // namespace harbinger::edge
