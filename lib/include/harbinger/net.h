// Asking upstreams over real sockets. For whoever builds a server of their own.
#pragma once

#include <chrono>
#include <memory>

#include <harbinger/clock.h>
#include <harbinger/exchange.h>
#include <harbinger/metrics.h>
#include <harbinger/random.h>

namespace harbinger {

/// What an Exchange over sockets is made with.
struct ExchangeConfig {
  Random* random = nullptr;                      ///< of ids and ports; null: the system's
  Metrics* metrics = nullptr;                    ///< where replies that were ignored are counted; null: nowhere
  Duration tcp_idle = std::chrono::seconds(10);  ///< an unused connection is closed after this
};

/// Asks over UDP and TCP. `ask` works on threads that run a loop of this library, as the server's workers do; elsewhere it fails.
/// What it holds for a loop ends with that loop, so object and loops may be destroyed in any order; questions that wait
/// for a reply when their loop is destroyed never finish, so end those first.
std::unique_ptr<Exchange> make_exchange(const ExchangeConfig& config = {});

}  // namespace harbinger
