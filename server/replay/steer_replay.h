// Measured ways, disturbed: how well endpoints are chosen on them.
#pragma once

#include <string>
#include <vector>

#include <harbinger/result.h>
#include "server/replay/command_line.h"
#include "steer/steering_simulation.h"

namespace harbinger::replay {

/// One policy, over all worlds.
struct SteerResult {
  std::string policy;
  steer::SteeringResult mean{};           ///< of the worlds' results
  double leave_mean = 0, leave_most = 0;  ///< measurements until a doubled endpoint is left; kLeaveMost: not in time
};
inline constexpr std::size_t kLeaveMost = 60;

struct SteerResults {
  std::string trace;
  std::size_t nodes = 0, slices = 0, worlds = 0, groups = 0, endpoints = 0;
  std::vector<SteerResult> policies;
};

/// Worlds of the seeds from `line.seed` on.
Result<SteerResults> replay_steering(const CommandLine& line);

std::string to_table(const SteerResults& results);
std::string to_json(const SteerResults& results);

}  // namespace harbinger::replay
