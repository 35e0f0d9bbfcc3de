// Every field of the settings, once: its key in JSON, its bounds, and what it is for. Reading, writing and the schema go by these rows.
#pragma once

#include <concepts>
#include <type_traits>

#include "mirror/settings.h"

namespace harbinger::mirror {

/// Bounds are of the number as it stands in JSON, both included; they mean nothing for other fields.
struct Row {
  const char* key;
  const char* help;
  double least = 0, most = 0;
};

inline constexpr double kDay = 86'400;
inline constexpr double kPetabyte = 1ull << 50;

template <class T, class Plain>
concept Is = std::same_as<std::remove_const_t<T>, Plain>;

/// Calls `visit(row, field)` for each field.
template <class Visit, Is<Threshold> Fields>
void each_row(Visit& visit, Fields& of) {
  visit(Row{"publish", "requests a minute: with at least so many expected, a resource is mirrored", 0.001, 1e9},
        of.publish);
  visit(
      Row{"withdraw", "requests a minute: with fewer expected, and fewer seen, not any more; below `publish`", 0, 1e9},
      of.withdraw);
  visit(
      Row{"least_benefit", "octets that clients must be expected to fetch from a mirror for each octet pushed", 0, 1e6},
      of.least_benefit);
  visit(Row{"most_mirrors", "of one resource in one cluster", 1, 1000}, of.most_mirrors);
}

template <class Visit, Is<ScoreWeights> Fields>
void each_row(Visit& visit, Fields& of) {
  visit(Row{"latency", "how much nearness counts", 0, 1000}, of.latency);
  visit(Row{"free_capacity", "how much room in the cache counts", 0, 1000}, of.free_capacity);
  visit(Row{"diversity", "how much it counts to be elsewhere than other mirrors", 0, 1000}, of.diversity);
  visit(Row{"cost", "how much cheap traffic counts", 0, 1000}, of.cost);
  visit(Row{"trust", "how much it counts that jobs went well there", 0, 1000}, of.trust);
}

template <class Visit, Is<ServerLimits> Fields>
void each_row(Visit& visit, Fields& of) {
  visit(Row{"cache_bytes", "that mirrors may take there; 0: `cache_share` of the cache", 0, kPetabyte}, of.cache_bytes);
  visit(Row{"excluded", "gets no new mirrors, and those there are withdrawn"}, of.excluded);
  visit(Row{"preference", "its score is multiplied by this", 0.001, 1000}, of.preference);
}

template <class Visit, Is<MirrorSettings> Fields>
void each_row(Visit& visit, Fields& of) {
  visit(Row{"dry_run", "everything is decided and counted, and nothing is done"}, of.dry_run);
  visit(Row{"horizon_s", "seconds for which demand is forecast when a mirror's worth is reckoned", 60, 7 * kDay},
        of.horizon);
  visit(Row{"threshold", "when a resource is worth a mirror, for types that have no threshold of their own"},
        of.threshold);
  visit(Row{"types", "thresholds by the type that a name says"}, of.types);
  visit(Row{"weights", "what counts how much when a server is chosen; not all 0"}, of.weights);
  visit(Row{"servers", "limits and preferences by the edge's name"}, of.servers);
  visit(Row{"cache_share", "of a cache, that mirrors may take", 0, 1}, of.cache_share);
  visit(Row{"most_mirrors", "in all", 0, 1e6}, of.most_mirrors);
  visit(Row{"most_mirrors_of_cluster", "in one cluster", 0, 1e6}, of.most_mirrors_of_cluster);
  visit(Row{"most_bytes", "octets of one resource", 1, kPetabyte}, of.most_bytes);
  visit(Row{"push_bytes_per_second", "what may be pushed to all servers together; 0: nothing", 0, kPetabyte},
        of.push_bytes_per_second);
  visit(Row{"push_burst_bytes", "what may be pushed at once after a quiet time; at least `most_bytes`", 0, kPetabyte},
        of.push_burst_bytes);
  visit(Row{"push_share", "pushed octets as a share of what edges served in the last hour; 0: no such limit", 0, 1},
        of.push_share);
  visit(Row{"least_life_s", "seconds that a published mirror stays at least, unless its server is gone", 0, 7 * kDay},
        of.least_life);
  visit(Row{"cool_down_s", "seconds after a withdrawal or a failure until it is tried again", 0, 7 * kDay},
        of.cool_down);
  visit(Row{"lease_s", "seconds after which a publication ends that nobody renews", 5, kDay}, of.lease);
  visit(Row{"ttl_s", "of published records; at most the lease", 1, kDay}, of.ttl);
  visit(Row{"drain_s", "seconds that the content stays after a withdrawal; at least the TTL", 1, kDay}, of.drain);
  visit(Row{"fill_patience_ms", "milliseconds for an edge to have the content", 100, 3'600'000}, of.fill_patience);
  visit(Row{"verify_patience_ms", "milliseconds for an edge to show that it serves it", 100, 600'000},
        of.verify_patience);
}

/// How the number of a field stands in JSON.
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, bool>;
template <class T>
concept Span = requires(T t) { t.count(); };

}  // namespace harbinger::mirror
