// An engine in another process, behind gRPC, that looks like one in this process.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <harbinger/log.h>
#include <harbinger/persona_engine.h>
#include <harbinger/result.h>

namespace harbinger::persona {

struct RpcClientSettings {
  std::string address;  ///< `engine.example:7531`, `192.0.2.1:7531`

  /// PEM files. `ca` signs the engine's certificate and turns TLS on; the other two are for mutual TLS.
  std::optional<std::filesystem::path> ca, certificate, key;
  std::string tls_name;  ///< that the certificate must carry, where it is not the address's
  std::string token;     ///< empty: none

  std::chrono::milliseconds patience{1'000};                             ///< for the answer to a batch
  std::chrono::milliseconds shortest_pause{100}, longest_pause{10'000};  ///< between attempts to reach an engine
  std::size_t most_in_flight = 64;  ///< batches of each kind; beyond it events are shed, and asks fail with `timeout`
  std::size_t most_batch = 4096;    ///< asks or events of a call; more is `too_large`
  Logger log{};
};

/// Connects on threads of its own and tries again for ever, so an engine that is away is no error here; files that cannot be read are. While the
/// engine is known to be away, calls fail at once with `unreachable`. Must not be destroyed by a callback of its own.
Result<std::unique_ptr<PersonaEngine>> connect_engine(const RpcClientSettings& settings);

}  // namespace harbinger::persona
