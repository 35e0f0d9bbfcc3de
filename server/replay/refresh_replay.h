// A DNS trace through a caching resolver: what refreshing ahead brings.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "learn/dns_feed.h"
#include "learn/refresh_simulation.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

struct RefreshReplay {
  double score_from = 0;               ///< share of the feed's time that is learnt from and not counted
  bool upstream_caches = false;        ///< as in RefreshSetting
  std::uint32_t negative_ttl_s = 300;  ///< of answers without records, whose TTL traces do not tell
};

/// One way to refresh, or none, over the feed.
struct RefreshResult {
  std::string name;
  RefreshReport report;
  RefreshGain gain;    ///< against `none`
  double seconds = 0;  ///< of processor time
};

struct RefreshResults {
  std::string trace;
  bool upstream_caches = false;
  std::vector<RefreshResult> policies;  ///< none, ttl_refresh, periodic, harbinger, oracle
};

/// The questions of a trace that were answered. TTLs that are not told are `negative_ttl_s`.
DnsFeed feed_of(const Trace& trace, std::uint32_t negative_ttl_s);

RefreshResults replay_refresh(std::string trace, const DnsFeed& feed, const RefreshReplay& replay,
                              const std::function<void(std::string_view)>& progress);

std::string to_table(const RefreshResults& results);
/// `{trace, steps, refresh: {POLICY: {removed, upstream_ratio, ...}}}`
std::string to_json(const RefreshResults& results);

}  // namespace harbinger::replay
