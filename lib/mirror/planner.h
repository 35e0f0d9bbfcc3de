// Which resources get mirrors where, and which lose them: from forecasts, servers and limits to a plan. No clock, no threads, no I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/place.h>
#include "mirror/settings.h"

namespace harbinger::mirror {

/// What is expected of a resource in a cluster. Requests are per minute.
struct Demand {
  std::uint64_t resource = 0;  ///< resource_hash() of its text
  std::string_view cluster{}, type{};
  std::uint64_t bytes = 0;  ///< of all that belongs to it; 0: not known
  double expected = 0;      ///< mean over the horizon
  double high = 0;          ///< 0.9 quantile over the horizon
  double now = 0;           ///< of late
  double chance = 1;        ///< that it is wanted at all within the horizon, as far as known
  bool burst = false;       ///< rises faster than its past explains
};

/// A cache server that may hold mirrors.
struct Server {
  std::string_view name{}, cluster{};
  Place place{};
  double rtt_ms = 0;  ///< to clients of its cluster; 0: not known
  std::uint64_t cache_bytes = 0;
  double load = 0;   ///< 0..1
  double cost = 0;   ///< per GB; 0: not known
  double trust = 1;  ///< share of its jobs and verifications that went well
  bool up = true;
};

/// A mirror that there is, or that is being made.
struct Held {
  std::uint64_t resource = 0;
  std::string_view cluster{}, server{};
  std::uint64_t bytes = 0;
  bool published = false;
  MonotonicTime since{};  ///< of its publication, or of the decision
};

/// Why a server was chosen: what each term brought, after weighing.
struct Score {
  double latency = 0, free_capacity = 0, diversity = 0, cost = 0, trust = 0, preference = 1;
  double total = 0;
};

struct Plan {
  struct Add {
    std::uint64_t resource = 0;
    std::string cluster{}, server{};
    Score score{};
    double benefit = 0;  ///< octets expected to be served for each octet pushed
    std::string why{};
  };
  struct Drop {
    std::uint64_t resource = 0;
    std::string cluster{}, server{}, why{};
  };
  /// What was not mirrored though it is wanted enough, and why: over budget, no server, full, too large, cooling down.
  struct Passed {
    std::uint64_t resource = 0;
    std::string cluster{}, why{};
  };
  std::vector<Add> add{};        ///< the most worthwhile first
  std::vector<Drop> drop{};      ///< adds may need the room of these
  std::vector<Passed> passed{};  ///< the most worthwhile kMostPassed of them
  std::size_t passed_over = 0;   ///< all of them
};

/// How many of those that were passed over a plan names.
inline constexpr std::size_t kMostPassed = 1000;

/// Something less likely than this to be wanted at all gets no mirror, however much is expected in the mean.
inline constexpr double kLeastChance = 0.9;

/// Remembers what it needs for hysteresis and budgets. One thread at a time.
///
/// Adds are ranked by benefit, and none goes ahead of a more worthwhile one that only waits for the budget to refill. A cluster for which nothing of a
/// resource is known is expected to want it as others do, by how much of that came true there before; so tell the demands of all clusters together.
/// What is told of forecasts is not believed when it is not a number, negative or absurd: then only what came counts. The same calls give the same plans.
class MirrorPlanner {
 public:
  virtual ~MirrorPlanner() = default;
  static std::unique_ptr<MirrorPlanner> make();

  /// A mirror is never dropped on a forecast alone: what came must be low as well, or its server gone, down or excluded, or a limit lowered below what
  /// there is, or something of which more than twice as much came needs its room. Silence is no low demand: a mirror of which no demand is told stays for a horizon. Adds that are under way must be in `held`, unpublished:
  /// their octets are reserved. A plan that was not carried out is made again.
  virtual Plan plan(std::span<const Demand> demands, std::span<const Server> servers, std::span<const Held> held,
                    const MirrorSettings& settings, MonotonicTime now) = 0;
  /// What a mirror came to: octets that were pushed count against the budget, a failure begins a cool-down.
  virtual void pushed(std::uint64_t bytes, MonotonicTime now) = 0;
  virtual void served(std::uint64_t bytes, MonotonicTime now) = 0;  ///< by all edges: what `push_share` is a share of
  virtual void failed(std::uint64_t resource, std::string_view cluster, std::string_view server, MonotonicTime now) = 0;
};

}  // namespace harbinger::mirror
