// What the listeners of one worker share.
#pragma once

#include <memory>

#include <harbinger/chain.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/responder.h>

#include "net/asio_loop.h"

namespace harbinger::server {

/// What transports count. Handles are cheap; all workers share one set.
struct Counters {
  explicit Counters(Metrics& metrics);

  Counter udp_unsent, udp_ignored;
  Counter tcp_accepted, tcp_accept_pauses;
  Counter tcp_idle, tcp_slow_message, tcp_slow_reader, tcp_crowded_out, tcp_broken;
};

struct WorkerContext {
  net::AsioLoop& loop;
  Responder& responder;
  const Counters& counters;
  Logger log;
  ServerConfig limits;  ///< a reload replaces them
};

/// The zones served at one address, for its listeners and connections on one worker. A reload replaces them between two batches.
struct Served {
  SocketAddress local;
  std::shared_ptr<const ZoneMap> zones;
};

}  // namespace harbinger::server
