// The DNS server's door for applications that want instances, and for those who scale by our forecast: gRPC, with tokens and TLS.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/profile_tag.h>
#include <harbinger/result.h>
#include "provision/engine.h"

namespace harbinger::provision {

struct ServerSettings {
  std::vector<SocketAddress> listen{};  ///< port 0 takes a free one

  /// PEM files. `client_ca` demands certificates of callers, too (mutual TLS); scalers need no token then.
  std::optional<std::filesystem::path> certificate{}, key{}, client_ca{};
  /// Lines `TOKEN SCOPE`: `provision` may do everything, `read` may list, watch and scale only. Without it everybody who can connect may do everything.
  std::optional<std::filesystem::path> tokens{};

  /// What tags are made and known with. Null: nobody can register, as no tag is ours.
  std::shared_ptr<const ProfileTagKeys> keys{};

  std::size_t most_octets = 64 << 10;         ///< of a message that is read
  std::size_t most_streams = 256;             ///< of all callers together
  std::size_t most_waiting = 4096;            ///< instances whose news wait for one watcher; beyond it, it is cut off
  std::chrono::milliseconds refresh{1'000};   ///< scalers that wait are told within this, or sooner
  std::chrono::milliseconds silence{20'000};  ///< of a connection that is taken for dead then
  std::chrono::milliseconds grace{1'000};     ///< for calls in work when the server stops

  const Clock* clock = &system_clock();  ///< outlives the server, as `metrics` does
  Metrics* metrics = nullptr;            ///< null: nothing is counted
  Logger log{};
};

/// A running server. Stops when it dies.
class ProvisioningServer {
 public:
  virtual ~ProvisioningServer() = default;
  /// Where it listens, with real ports.
  virtual std::vector<SocketAddress> addresses() const = 0;
  /// Says "not serving", and ends all streams. Blocks for `grace` and a little at most. Once is enough.
  virtual void stop() = 0;
};

/// Serves `engine` on threads of gRPC's; it is let go of when the server is gone. Engines of several threads at once are asked.
/// `denied` when an address other than the machine's own would be open to everybody: give tokens or a client CA. `not_found` and `malformed` for
/// files that are missing or wrong, `conflict` for an address that cannot be listened on.
Result<std::unique_ptr<ProvisioningServer>> serve_provisioning(std::shared_ptr<ProvisioningEngine> engine,
                                                               const ServerSettings& settings);

}  // namespace harbinger::provision
