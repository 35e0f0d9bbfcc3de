// An edge's way to the DNS server, over gRPC.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include "edge/link.h"

namespace harbinger::edge {

struct UplinkSettings {
  std::string address;  ///< `dns.example:7533`, `192.0.2.1:7533`

  /// PEM files. `ca` signs the server's certificate and turns TLS on; the other two are for mutual TLS.
  std::optional<std::filesystem::path> ca{}, certificate{}, key{};
  std::string tls_name{};  ///< that the certificate must carry, where it is not the address's
  std::string token{};     ///< empty: none

  std::chrono::milliseconds patience{3'000};                             ///< for being let in
  std::chrono::milliseconds shortest_pause{100}, longest_pause{10'000};  ///< between attempts
  std::chrono::milliseconds silence{2'000};  ///< of a connection that is taken for dead then
  std::size_t most_waiting =
      16'384;  ///< parts that wait to be sent; beyond it the oldest accesses are shed, what became of jobs last

  const Clock* clock = &system_clock();  ///< outlives the uplink, as `metrics` does
  Metrics* metrics = nullptr;            ///< null: nothing is counted
  Logger log{};
};

/// Connects on threads of its own and tries again for ever, so a server that is away is no error here, and one that turns the edge away is asked
/// again later; files that cannot be read and a Hello that is wrong are errors. Events come one at a time: `connected(true)`, what the server says,
/// `connected(false)`. What would not get through the server's door is left out and counted. Must not be destroyed by an event of its own; no event
/// comes after that.
Result<std::unique_ptr<Uplink>> connect_hub(const UplinkSettings& settings, const Hello& hello, UplinkEvents events);

}  // namespace harbinger::edge
