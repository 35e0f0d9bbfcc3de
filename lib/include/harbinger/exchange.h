// Asking other DNS servers: one question out, one checked reply back.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/result.h>
#include <harbinger/task.h>

namespace harbinger {

/// Sends questions to upstreams. Calls come from a worker's thread and finish on the same one. Thread-safe in that sense: each worker has
/// its own sockets behind this one object.
class Exchange {
 public:
  virtual ~Exchange() = default;

  /// How to ask. Over UDP a truncated reply is returned as it is: the caller decides to ask again over TCP.
  enum class Over : std::uint8_t { udp, tcp };

  /// Sends `query` (a whole message; its id is replaced by a random one, and the reply carries the query's own id again) from a random
  /// port, and waits for the reply that matches server, port, id and question; others are ignored and waiting goes on (RFC 5452
  /// sec. 9). Errors: timeout at `deadline`, unreachable, malformed (TCP framing). Always finishes.
  virtual Task<Result<std::vector<std::uint8_t>>> ask(const SocketAddress& server, Over over,
                                                      std::span<const std::uint8_t> query, MonotonicTime deadline) = 0;
};

}  // namespace harbinger
