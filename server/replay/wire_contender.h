// A running server as a contender: asked over the wire, in scaled real time, judged by the hints in its replies.
#pragma once

#include <memory>

#include <harbinger/address.h>
#include <harbinger/result.h>
#include "server/replay/contender.h"

namespace harbinger::replay {

/// View `harbinger_wire`. Each access is a UDP query that asks for hints, sent `speed` times as fast as the trace went. To a server on loopback
/// every client of the trace asks from an address of its own, 127.x.y.z; to others, all ask from ours and are one client to the server.
/// A reply that does not come within a second is none. The trace outlives it.
Result<std::unique_ptr<Contender>> make_wire_contender(const Trace& trace, const SocketAddress& server, double speed);

}  // namespace harbinger::replay
