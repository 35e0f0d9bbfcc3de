// Traces of our own making, and a control that takes the sense out of one.
#pragma once

#include <cstdint>

#include "learn/dns_feed.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

struct UniformSettings {
  std::uint64_t seed = 1;
  std::uint32_t visits = 100'000, clients = 500, resources = 2'000;
};

/// Clients that want any resource as much as any other, one every ten seconds in the mean: nothing is to be foreseen.
Trace uniform_trace(const UniformSettings& settings);

/// A feed of DNS questions as a trace; its resources are names.
Trace trace_of(const DnsFeed& feed);

/// Deals the resources of all visits out anew, by chance: how often each is wanted stays, what follows what is gone.
void shuffle_labels(Trace& trace, std::uint64_t seed);

}  // namespace harbinger::replay
