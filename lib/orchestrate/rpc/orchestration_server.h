// The DNS server's door for sensors that report what users do, for applications that claim resources, and for who approves plans: gRPC, with tokens
// and TLS.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include "orchestrate/activity_record.h"
#include "orchestrate/engine.h"

namespace harbinger::orchestrate {

/// What became of acts that somebody reported: how many were taken, and how many not, by reason.
struct Receipt {
  std::uint64_t taken = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(ActivityFault::limit)> left{};
};

struct ServerSettings {
  std::vector<SocketAddress> listen{};  ///< port 0 takes a free one

  /// PEM files. `client_ca` demands certificates of callers, too (mutual TLS).
  std::optional<std::filesystem::path> certificate{}, key{}, client_ca{};
  /// Lines `TOKEN SCOPE`: `provision` may do everything, `read` may look only, `report` may report only. Without it everybody who can connect may do everything.
  std::optional<std::filesystem::path> tokens{};

  /// Where acts go, and how names become keys; any thread. Null: nobody can report, users are known by their keys only.
  std::function<Receipt(std::span<const ActivityRecord>)> report{};
  std::function<ActorKey(std::string_view name)> key_of{};

  std::size_t most_octets = 1 << 20;          ///< of a message that is read
  std::size_t most_streams = 256;             ///< of all callers together
  std::size_t most_waiting = 4096;            ///< things whose news wait for one watcher; beyond it, it is cut off
  std::chrono::milliseconds refresh{500};     ///< how often desired resources are looked at for who watches them
  std::chrono::milliseconds silence{20'000};  ///< of a connection that is taken for dead then
  std::chrono::milliseconds grace{1'000};     ///< for calls in work when the server stops

  Metrics* metrics = nullptr;  ///< null: nothing is counted; outlives the server
  Logger log{};
};

/// A running server. Stops when it dies.
class OrchestrationServer {
 public:
  virtual ~OrchestrationServer() = default;
  /// Where it listens, with real ports.
  virtual std::vector<SocketAddress> addresses() const = 0;
  /// Says "not serving", and ends all streams. Blocks for `grace` and a little at most. Once is enough.
  virtual void stop() = 0;
};

/// Serves `engine` on threads of gRPC's; it is let go of when the server is gone.
/// `denied` when an address other than the machine's own would be open to everybody: give tokens or a client CA. `not_found` and `malformed` for
/// files that are missing or wrong, `conflict` for an address that cannot be listened on.
Result<std::unique_ptr<OrchestrationServer>> serve_orchestration(std::shared_ptr<OrchestrationEngine> engine,
                                                                 const ServerSettings& settings);

}  // namespace harbinger::orchestrate
