// What operators say about mirroring, as one document that changes as a whole.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <harbinger/access.h>

namespace harbinger::mirror {

/// When a resource of one type is worth a mirror, in requests a minute from clients of the cluster.
struct Threshold {
  double publish = 30;   ///< expected at least so many: mirrored
  double withdraw = 10;  ///< fewer expected, and fewer came: not any more; below `publish`
  double least_benefit =
      0.5;  ///< octets that clients are expected to fetch from the mirror while it lasts, for each octet pushed
  std::uint32_t most_mirrors = 2;  ///< of one resource in one cluster
  friend bool operator==(const Threshold&, const Threshold&) = default;
};

/// What counts how much when a server is chosen; all at least 0, not all 0.
struct ScoreWeights {
  double latency = 1, free_capacity = 1, diversity = 0.5, cost = 0.5, trust = 1;
  friend bool operator==(const ScoreWeights&, const ScoreWeights&) = default;
};

struct ServerLimits {
  std::uint64_t cache_bytes =
      0;                  ///< that mirrors may take there; 0: what the edge says of its cache, times `cache_share`
  bool excluded = false;  ///< gets no new mirrors, and those there are withdrawn
  double preference = 1;  ///< its score is multiplied by this
  friend bool operator==(const ServerLimits&, const ServerLimits&) = default;
};

struct MirrorSettings {
  bool dry_run = false;                      ///< decided and counted, and not done
  std::chrono::seconds horizon{3600};        ///< for which demand is forecast when a mirror's worth is reckoned
  Threshold threshold{};                     ///< of types that have none of their own
  std::map<std::string, Threshold> types{};  ///< by the type that the name template reads out
  ScoreWeights weights{};
  std::map<std::string, ServerLimits> servers{};  ///< by the edge's name
  double cache_share = 0.5;                       ///< of a cache, that mirrors may take
  std::uint32_t most_mirrors = 1000;              ///< in all
  std::uint32_t most_mirrors_of_cluster = 500;
  std::uint64_t most_bytes = 64ull << 20;             ///< of one resource
  std::uint64_t push_bytes_per_second = 10ull << 20;  ///< budget, over all servers
  std::uint64_t push_burst_bytes = 256ull << 20;
  double push_share = 0.10;              ///< of what edges serve, over the last hour; 0: no such limit
  std::chrono::seconds least_life{300};  ///< a published mirror stays at least so long, unless its server is gone
  std::chrono::seconds cool_down{300};   ///< after a withdrawal or a failure, until it is tried again
  std::chrono::seconds lease{60};        ///< a publication that nobody renews ends after this
  std::chrono::seconds ttl{20};          ///< of published records; at most the lease
  std::chrono::seconds drain{
      60};  ///< from withdrawal on, that the content stays for those who still have the old answer
  std::chrono::milliseconds fill_patience{60'000};  ///< for the edge to have it
  std::chrono::milliseconds verify_patience{10'000};

  friend bool operator==(const MirrorSettings&, const MirrorSettings&) = default;
};

/// Something that will make resources wanted: a premiere, a release. Its effect is learnt by its tag.
struct ExternalEvent {
  std::string tag{};        ///< what kind of event: "premiere"
  std::string resources{};  ///< pattern with `*` of what will be wanted
  std::string cluster{};    ///< where; empty: everywhere
  UnixMillis at = 0;
  double lift = 1;  ///< expected demand, as a multiple of the usual; above 0
  std::chrono::seconds lasts{3600};
};

}  // namespace harbinger::mirror
