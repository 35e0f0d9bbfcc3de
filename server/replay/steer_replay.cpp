#include "server/replay/steer_replay.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "server/replay/columns.h"
#include "server/replay/rtt_files.h"

namespace harbinger::replay {

namespace {

constexpr std::size_t kWorlds = 8;
constexpr double kCalmNoise =
    0.1;  // for leaving a doubled endpoint: what is noise and what is not must be possible to tell

SteerResult judge(const std::string& policy, const steer::RttSlices& slices, std::uint64_t first_seed) {
  SteerResult result{.policy = policy};
  for (std::uint64_t seed = first_seed; seed < first_seed + kWorlds; ++seed) {
    const steer::SteeringWorld world(slices, {.seed = seed});
    const auto made = steer::make_steering_policy(policy, world.groups(), world.endpoints(), seed);
    const auto run = steer::run_steering(world, *made, {.seed = seed});
    result.mean.mean += run.mean / kWorlds;
    result.mean.p99 += run.p99 / kWorlds;
    result.mean.wrong += run.wrong / kWorlds;
    result.mean.switches += run.switches / kWorlds;
    const auto seen = static_cast<double>(
        steer::measurements_to_leave(slices, policy, {.seed = seed, .noise = kCalmNoise}, kLeaveMost));
    result.leave_mean += seen / kWorlds;
    result.leave_most = std::max(result.leave_most, seen);
  }
  return result;
}

}  // namespace

Result<SteerResults> replay_steering(const CommandLine& line) {
  const auto slices = line.format == "city-pings" ? read_city_pings(line.files) : read_rtt_matrices(line.files);
  if (!slices) return fail(slices.error());
  const steer::SteeringWorld world(*slices, {.seed = line.seed});
  if (world.groups() < 2 || world.endpoints() < 2)
    return fail(ErrorCode::malformed, "too few nodes of which every way is measured");
  SteerResults results{line.name.empty() ? line.files.front() : line.name,
                       slices->front().size(),
                       slices->size(),
                       kWorlds,
                       world.groups(),
                       world.endpoints(),
                       {}};
  for (const auto& policy : steer::steering_policy_words())
    results.policies.push_back(judge(policy, *slices, line.seed));
  return results;
}

std::string to_table(const SteerResults& results) {
  Columns table({"time over the oracle's", "mean", "p99", "wrong, %", "switches/h", "to leave", "at most"});
  for (const auto& each : results.policies)
    table.add({each.policy, decimal(each.mean.mean, 3), decimal(each.mean.p99, 2), percent(each.mean.wrong),
               decimal(each.mean.switches, 1), decimal(each.leave_mean, 1), decimal(each.leave_most, 0)});
  return results.trace + ": " + std::to_string(results.nodes) + " nodes, " + std::to_string(results.slices) +
         " slices; " + std::to_string(results.worlds) + " worlds of " + std::to_string(results.groups) +
         " groups and " + std::to_string(results.endpoints) + " endpoints\n\n" + table.text();
}

std::string to_json(const SteerResults& results) {
  nlohmann::ordered_json policies;
  for (const auto& each : results.policies)
    policies[each.policy] = {{"mean", each.mean.mean},           {"p99", each.mean.p99},
                             {"wrong", each.mean.wrong},         {"switches_per_hour", each.mean.switches},
                             {"to_leave_mean", each.leave_mean}, {"to_leave_most", each.leave_most}};
  return nlohmann::ordered_json{{"trace", results.trace},   {"nodes", results.nodes},
                                {"slices", results.slices}, {"worlds", results.worlds},
                                {"groups", results.groups}, {"endpoints", results.endpoints},
                                {"policies", policies}}
             .dump(2) +
         '\n';
}

}  // namespace harbinger::replay
