// A caching resolver in virtual time: what refreshing ahead brings on a feed of questions, and what it costs.
#pragma once

#include <cstdint>

#include <harbinger/refresh_planner.h>

#include "learn/dns_feed.h"

namespace harbinger {

/// How the resolver is simulated. An answer is kept for its TTL from the moment it arrives; a question that comes while the answer is on
/// its way waits for it. A resolution ahead of time gets the record's full TTL, the longest that the feed has for it, and the round trip of
/// its latest question so far (its first one if it was not asked for yet); a name that the feed does not have gets `unknown_ttl_s`.
struct RefreshSetting {
  UnixMillis score_from = 0;   ///< what happens before is learnt from and not counted
  std::uint32_t tick_ms = 10;  ///< how often the planner is asked
  /// The feed was taken in front of a cache, so that its TTLs are what was left there: a resolution ahead gets the rest too while that
  /// cache has the answer, and the full TTL from when it has to ask itself.
  bool upstream_caches = false;
  std::uint32_t unknown_ttl_s = 60;
  std::uint32_t unknown_rtt_us = 20'000;
};

/// What came out. A miss is a question that starts an upstream query; one that waits for a flight started by another client is `joined`.
struct RefreshReport {
  std::uint64_t questions = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t uncacheable = 0;  ///< of the misses: the answer may not be kept, so nothing can remove them
  std::uint64_t cold = 0;         ///< of the misses: the record's first question
  std::uint64_t late = 0;  ///< questions that would have been misses and found the resolution ahead still under way
  std::uint64_t joined = 0;
  std::uint64_t ahead = 0;      ///< resolutions ahead of time
  std::uint64_t useful = 0;     ///< of them: a question was answered from it
  std::uint64_t waited_us = 0;  ///< by all clients together
  double lead_ms = 0;           ///< mean time from the answer's arrival to the first question that it serves

  std::uint64_t upstream() const { return misses + ahead; }
};

/// A report beside that of the same resolver without refreshing.
struct RefreshGain {
  double removed = 0;            ///< share of the misses that are gone; late ones are not
  double removed_cacheable = 0;  ///< the same over misses whose answers may be kept
  double upstream_ratio = 1;     ///< upstream queries with, over those without
  double late = 0;               ///< share of the misses that found a resolution under way
  double waiting_saved = 0;      ///< share of the clients' waiting time that is gone
};

/// Runs `feed` through the resolver; a null planner refreshes nothing.
RefreshReport simulate_refresh(const DnsFeed& feed, RefreshPlanner* planner, const RefreshSetting& setting = {});

RefreshGain gain(const RefreshReport& with, const RefreshReport& without);

}  // namespace harbinger
