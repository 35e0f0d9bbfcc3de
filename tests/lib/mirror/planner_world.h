// A small world to plan in: two clusters with servers, settings with room, and time that passes when it is told to.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "mirror/planner.h"

namespace harbinger::test {

struct PlannerWorld {
  mirror::MirrorSettings settings;
  std::vector<mirror::Server> servers{{.name = "fra-1", .cluster = "fra", .rtt_ms = 10, .cache_bytes = 1ull << 30},
                                      {.name = "fra-2", .cluster = "fra", .rtt_ms = 12, .cache_bytes = 1ull << 30},
                                      {.name = "tyo-1", .cluster = "tyo", .rtt_ms = 10, .cache_bytes = 1ull << 30}};
  std::vector<mirror::Held> held;
  std::vector<mirror::Demand> demands;
  MonotonicTime now{1'000'000'000'000};
  std::unique_ptr<mirror::MirrorPlanner> planner = mirror::MirrorPlanner::make();

  PlannerWorld() { settings.push_share = 0; }

  static mirror::Demand wanted(std::uint64_t resource, double expected, double came, std::uint64_t bytes = 100'000) {
    return {.resource = resource,
            .cluster = "fra",
            .type = "page",
            .bytes = bytes,
            .expected = expected,
            .high = 2 * expected,
            .now = came};
  }
  mirror::Plan plan() { return planner->plan(demands, servers, held, settings, now); }
  /// Plans, and carries it out at once.
  mirror::Plan carry_out() {
    auto plan = this->plan();
    for (const auto& drop : plan.drop)
      std::erase_if(held,
                    [&](const auto& each) { return each.resource == drop.resource && each.server == drop.server; });
    for (const auto& add : plan.add) publish(add.resource, add.server);
    return plan;
  }
  void publish(std::uint64_t resource, std::string_view name) {
    const auto server = std::ranges::find(servers, name, &mirror::Server::name);
    held.push_back({.resource = resource,
                    .cluster = server->cluster,
                    .server = server->name,
                    .bytes = 100'000,
                    .published = true,
                    .since = now});
  }
  void pass(std::chrono::seconds time) { now = now + time; }
};

/// "1@fra-1 2@tyo-1"
template <typename Rows>
std::string at(const Rows& rows) {
  std::string text;
  for (const auto& row : rows)
    text += (text.empty() ? "" : " ") + std::to_string(row.resource) + "@" + std::string(row.server);
  return text;
}

}  // namespace harbinger::test
