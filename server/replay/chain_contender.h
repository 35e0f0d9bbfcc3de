// A whole server as a contender: asked in DNS messages, judged by the hints in its replies.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include <harbinger/plugin.h>
#include <harbinger/result.h>
#include "server/replay/contender.h"

namespace harbinger::replay {

/// View `harbinger_chain`: the chains of a Harbingerfile, in memory and in virtual time. Each access is a query for its name (or the host of its
/// URL) that asks for hints, through every role, cache and plugin as in a server; what is learnt there is all it knows. Its candidates are the
/// reply's hints, and their confidence is taken for both probabilities. Upstreams know every name. Accesses whose resource is no name are left
/// out. The trace outlives it. On a thread that is no worker; one at a time.
/// An error has every mistake of the configuration, one a line.
Result<std::unique_ptr<Contender>> make_chain_contender(const Trace& trace, const std::filesystem::path& harbingerfile,
                                                        std::vector<PluginSpec> plugins);

}  // namespace harbinger::replay
