// Hints out of DNS answers: what the DNS server thinks that an edge's clients want next.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include "edge/predictor.h"

namespace harbinger::edge {

/// Asks a DNS server for the names of hosts that clients use, in the name of their networks (RFC 7871), and reads the hints in its answers
/// (proto/hints.md). A thread of its own.
class HintAsker {
 public:
  struct Settings {
    SocketAddress server{};
    Duration again = std::chrono::seconds(10);    ///< for the same host and network
    Duration patience = std::chrono::seconds(2);  ///< for an answer
    std::size_t most_per_second = 50;
  };
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
  };
  /// What is expected of `client`: names and URLs. On the asker's thread.
  using Hear = std::function<void(const IpAddress& client, std::span<const Expected> expected)>;

  /// Errors: unreachable (no way to the server's address).
  static Result<std::unique_ptr<HintAsker>> start(const Settings& settings, const World& world, Hear hear);
  virtual ~HintAsker() = default;

  /// `client` uses `host`. Any thread; never blocks.
  virtual void seen(const IpAddress& client, std::string_view host) = 0;
};

}  // namespace harbinger::edge
