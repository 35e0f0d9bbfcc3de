// Arrivals of those who want an instance, as pools are judged on them.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <harbinger/result.h>
#include "server/replay/complaints.h"
#include "server/replay/forecast_series.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

/// What one pool goes through, step by step.
struct PoolSeries {
  static constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();
  /// A client that was heard of (a DNS query) before it wanted an instance, if it ever did; or that was not heard of before.
  struct Visitor {
    std::uint32_t led = kNever, arrived = kNever;  ///< steps
  };

  std::string name;
  std::vector<double> arrivals{}, leads{};  ///< of each step; no leads: nothing comes before
  std::vector<Visitor> visitors{};          ///< in the order of `arrived`; empty where leads are
};

struct ProvisionFeed {
  std::string name;
  std::int64_t step_ms = 1000;
  UnixMillis from = 0;
  std::vector<PoolSeries> pools{};

  std::size_t steps() const { return pools.empty() ? 0 : pools.front().arrivals.size(); }
};

/// Counts, each a pool without leads.
ProvisionFeed feed_of_counts(std::string name, const SeriesGroup& group);

/// The sessions of a trace as one pool. The first access of a session is its lead; an instance is wanted at the first one that comes `after_ms` later or more.
/// Sessions without such a one were heard of for nothing. malformed where that would be too many steps to hold.
Result<ProvisionFeed> feed_of_sessions(const Trace& trace, UnixMillis gap_ms, UnixMillis after_ms,
                                       std::int64_t step_ms);

/// Rows of functions with counts by the minute (Azure Functions 2019: `HashOwner,HashApp,HashFunction,Trigger,1,2,...`), or rows of single calls (2021:
/// `app,func,end_timestamp,duration`). Each function is a pool.
Result<SeriesGroup> read_functions(const std::vector<std::string>& files, std::int64_t interval_s,
                                   Complaints& complaints);

/// Three days of sessions, heard of 4 to 120 s before they want an instance: days and nights, what is on people's minds, and crowds that come within a minute.
struct LedSettings {
  std::uint64_t seed = 1;
  double days = 3;
  double rate = 1;            ///< arrivals a second, in the mean
  double heard = 0.9;         ///< share of the arrivals that were heard of before
  double for_nothing = 0.25;  ///< share of what is heard of that comes to nothing
  bool crowds = true;
};
ProvisionFeed led_arrivals(const LedSettings& settings);

}  // namespace harbinger::replay
