// Other ways to refresh ahead, to compare with: those of known resolvers, and one that knows the future.
#pragma once

#include <memory>

#include <harbinger/refresh_planner.h>

#include "learn/dns_feed.h"

namespace harbinger {

/// A question that finds its answer in the last `part` of its TTL has it resolved anew, as Unbound's `prefetch` does.
std::unique_ptr<RefreshPlanner> make_ttl_refresh(double part = 0.1);

/// In the manner of Knot Resolver's `predict` module: questions are noted per window of time; what was asked for one and two periods ago is
/// expected in the window that begins, and resolved if its answer is absent. Refreshes the last part of a TTL as well.
std::unique_ptr<RefreshPlanner> make_periodic_refresh(UnixMillis window_ms = 15 * 60'000, std::uint32_t windows = 24);

/// Knows the questions to come and has each answer there in time, whenever one may be kept. Nothing can remove more misses.
std::unique_ptr<RefreshPlanner> make_oracle_refresh(const DnsFeed& feed);

}  // namespace harbinger
