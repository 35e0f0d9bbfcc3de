// Policies on a world: how close they come to who always knows best.
#pragma once

#include <string>

#include "steer/steering_policies.h"
#include "steer/steering_world.h"

namespace harbinger::steer {

struct SteeringRun {
  std::size_t requests = 24'000;
  double probe_share = 0.2;  ///< measurements out of band for each request, for those that make any
  std::uint64_t seed = 1;
};
/// Against the oracle, which knows every way as it is at the moment of the request, without noise.
struct SteeringResult {
  double mean = 0, p99 = 0;  ///< of the time of what was chosen over that of the best
  double wrong = 0;          ///< share of the requests that went to what is more than 1.1 times as slow
  double switches = 0;       ///< of a group's choice, in an hour
};
SteeringResult run_steering(const SteeringWorld& world, SteeringPolicy& policy, const SteeringRun& run);

/// How many measurements of an endpoint there were, by anybody, from the moment when it doubled for everybody until nine in ten of those whom another would
/// serve better by a tenth had left it; at most `most`.
std::size_t measurements_to_leave(const RttSlices& slices, std::string_view policy,
                                  const SteeringWorld::Settings& settings, std::size_t most);

}  // namespace harbinger::steer
