// The persona engine itself as adviser: what it says of the clients of a trace, when a server would have it.
#pragma once

#include <memory>

#include "persona/network.h"
#include "server/replay/persona_adviser.h"

namespace harbinger::replay {

/// A fresh engine that goes on training, on the trace's own time. It hears of what a client did after that was judged, 64 accesses or
/// one second of the trace later at most. Its word is used as a server uses it: a client that is not known (any more) is of the default persona while the engine is
/// asked. The trace outlives the adviser.
std::unique_ptr<PersonaAdviser> make_engine_adviser(const Trace& trace, std::unique_ptr<persona::Network> network);

}  // namespace harbinger::replay
