// The DNS server's side of edges: who has joined, what is believed of them, which of them fetches what.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/token_budget.h>
#include "edge/hot_resources.h"
#include "edge/job_book.h"
#include "edge/link.h"
#include "edge/mirror_jobs.h"
#include "steer/steering_service.h"

namespace harbinger::edge {

/// Edges join here. What they tell of load, ways and themselves goes to steering: a session that ends says that its endpoint is down until the edge is back,
/// unless the endpoint has probes, which alone judge it then. Any thread but a worker's; nothing blocks.
class EdgeHub : public EdgeHost {
 public:
  struct Settings {
    std::size_t edges = 1024;                           ///< that have joined, or are remembered as gone
    Duration taken_over = std::chrono::seconds(2);      ///< so long silent, an edge may come again under the same name
    Duration silence = std::chrono::seconds(5);         ///< after which an edge is gone, whatever its connection says
    Duration gathering = std::chrono::milliseconds(5);  ///< jobs for one edge, to be sent together
    std::size_t lines = 512;  ///< kept for edges that join: of each cluster, and of the server
    JobBook::Settings jobs{};
    HotResources::Settings hot{};
    TokenBudget::Settings mirrors{.requests_global = {20, 100}};  ///< of hot resources, to further edges
  };
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
    std::shared_ptr<steer::SteeringService> steering{};
    std::function<Place(const IpAddress&)> place{};  ///< where an address is; may be empty
    std::function<void(const Line&)> learn{};        ///< takes lines that edges told; may be empty
    std::function<void()> wake{};                    ///< wants a tick soon; may be empty
  };
  /// `clock` and `metrics` outlive it and every session.
  static std::shared_ptr<EdgeHub> make(const Settings& settings, const World& world);
  /// All hubs of the process at present, for who needs edges wherever they have joined. Any thread but a worker's.
  static std::vector<std::shared_ptr<EdgeHub>> running();

  /// How it is used, while the returned handle lives; of several the newest counts. Without any, nothing is sent.
  struct Policy {
    unsigned hot_holders = 2;  ///< edges of a cluster that shall have a hot resource
    bool dry_run = false;      ///< jobs are counted, and not sent
  };
  [[nodiscard]] virtual std::shared_ptr<void> use(Policy policy) = 0;

  /// `holders` edges of the cluster shall have this soon; more, where it is hot or to be mirrored. Cluster empty: so many of every cluster.
  virtual void want(Job job, std::string_view cluster, unsigned holders) = 0;
  /// This edge and no other shall have it: a job of kind mirror, whatever the policy is. `done` is called once, on any thread, and must not throw: what the edge says,
  /// `stopped` when it went, `refused` when it is not here or takes no jobs, `late` when it is silent; what it says may be untrue. Ends with the hub.
  virtual void mirror(Job job, std::string_view edge, MirrorJobs::Done done) = 0;
  /// An edge's word turned out to be untrue, or true.
  virtual void found(std::string_view edge, bool true_word) = 0;
  /// Calls `listener` with what edges tell of accesses, while the handle lives: on a session's thread, with no lock held.
  using Accesses = std::function<void(const std::string& edge, std::span<const Fetched> accesses)>;
  [[nodiscard]] virtual std::shared_ptr<void> listen(Accesses listener) = 0;
  /// A way, as somebody who is no edge measured it. False for what can be none, and for endpoints that nobody knows.
  virtual bool measured(const IpAddress& client, std::string_view endpoint, double rtt_ms) = 0;
  /// What the server has learnt: kept for edges that join, and told to those that are there.
  virtual void learnt(const Line& line) = 0;

  /// Time passes: sends what was gathered, gives up what is too late, ends sessions that are silent.
  virtual void tick() = 0;
  /// How long until the next tick is of use.
  virtual Duration pause() const = 0;

  struct EdgeState {
    std::string name{}, endpoint{}, cluster{}, version{};
    bool connected = false, takes_jobs = true, down = false;  ///< down: the end of its session says so
    double for_s = 0;                                         ///< connected, or gone
    double load = -1;                                         ///< below 0: it has not said, or what cannot be
    double hit_rate = 0;                                      ///< of requests since it joined
    std::uint64_t requests = 0, bytes_served = 0, bytes_origin = 0;
    std::uint64_t cache_bytes = 0;     ///< that its cache may hold, as it says; 0: not known
    double claimed = 0, believed = 0;  ///< bytes a second
    double trust = 1;                  ///< share of its jobs that ended well
    std::uint64_t jobs_sent = 0, jobs_well = 0, jobs_badly = 0;
    std::uint32_t jobs_waiting = 0, jobs_in_flight = 0;
  };
  /// By name.
  virtual std::vector<EdgeState> edges() const = 0;
};

}  // namespace harbinger::edge
