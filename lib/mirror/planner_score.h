// Which of a cluster's servers is the best for one more mirror: a sum of visible terms.
#pragma once

#include <span>

#include "mirror/planner.h"

namespace harbinger::mirror {

/// A server as it would be with the mirror. Terms are 0 (worst) to 1 before they are weighed; 0.5 where nothing is known.
struct Applicant {
  const Server* server = nullptr;
  double free_after = 0;  ///< share of the capacity for mirrors that would still be free
  double distance_km =
      -1;  ///< to the nearest server that has the resource already; negative: not known, or nobody has it
  double preference = 1;
};

/// What servers are compared with: the best of their cluster.
struct Yardstick {
  double least_rtt_ms = 0, least_cost = 0;  ///< 0: not known of any
};
Yardstick yardstick_of(std::span<const Applicant> applicants);

Score score_of(const Applicant& applicant, const Yardstick& best, const ScoreWeights& weights);

/// The nearest of `holders` in kilometres; negative when no distance is known.
double nearest_km(const Place& place, std::span<const Place> holders);

/// "latency 0.31, free capacity 0.22, ..., together 0.81"
std::string to_string(const Score& score);

}  // namespace harbinger::mirror
