// The list of acts that made-up users draw from, and what makes each likelier.
#pragma once

#include <array>

#include "orchestrate/planted_habits.h"

namespace harbinger::orchestrate::planted {

/// `weight` of a deed, times one factor for each attribute.
struct DeedRow {
  Deed deed;
  double weight;
  std::array<double, 3> skill{1, 1, 1}, use_case{1, 1, 1};
  std::array<double, 2> sensitivity{1, 1};
  std::array<double, 3> security{1, 1, 1};
};

inline constexpr std::array<double, 3> kAny{1, 1, 1};
inline constexpr std::array<double, 2> kEither{1, 1};

// clang-format off
inline constexpr std::array kDeeds{
    // Everybody's.
    DeedRow{{"List", "instances"}, 3, {1.5, 1, 0.7}},
    DeedRow{{"Describe", "instances"}, 3, {1.2, 1, 0.8}},
    DeedRow{{"Get", "images"}, 2},
    DeedRow{{"List", "networks"}, 1.5},
    DeedRow{{"List", "volumes"}, 1.5},
    DeedRow{{"Create", "snapshots", true}, 1, kAny, {0.5, 0.7, 2.5}},
    DeedRow{{"Delete", "volumes", true}, 1},
    DeedRow{{"Get", "quotas"}, 1, {1, 1.3, 0.8}},
    DeedRow{{"Update", "tags", true}, 1},
    // Skill.
    DeedRow{{"Get", "documentation"}, 1, {4, 1, 0.3}},
    DeedRow{{"List", "regions"}, 1, {3, 1, 0.4}},
    DeedRow{{"Reset", "passwords", true}, 0.6, {3, 1, 0.4}},
    DeedRow{{"Open", "consoles"}, 1, {3, 1.2, 0.4}},
    DeedRow{{"Update", "settings", true}, 0.9, {0.8, 2.2, 0.7}},
    DeedRow{{"List", "events"}, 0.9, {0.6, 2.2, 1}},
    DeedRow{{"Get", "templates"}, 1, {0.5, 2, 1.3}},
    DeedRow{{"Apply", "templates", true}, 1, {0.3, 1.3, 3}},
    DeedRow{{"Validate", "templates"}, 0.8, {0.3, 1.2, 3}},
    DeedRow{{"DryRun", "instances"}, 0.8, {0.3, 1, 3}},
    DeedRow{{"Run", "batches", true}, 0.8, {0.3, 1, 3}},
    // Use case.
    DeedRow{{"Create", "workspaces", true}, 1, kAny, {4, 1, 0.3}},
    DeedRow{{"Start", "debuggers", true}, 0.8, kAny, {3.5, 1, 0.4}},
    DeedRow{{"Upload", "packages", true}, 1, kAny, {3, 1.2, 0.5}},
    DeedRow{{"Get", "logs"}, 1.5, {1.2, 1, 0.9}, {1.6, 1.3, 0.8}},
    DeedRow{{"Start", "pipelines", true}, 1, kAny, {1, 4, 0.6}},
    DeedRow{{"Get", "test-reports"}, 1, kAny, {0.7, 4, 0.3}},
    DeedRow{{"Create", "fixtures", true}, 0.8, kAny, {0.6, 3.5, 0.3}},
    DeedRow{{"Delete", "environments", true}, 0.8, kAny, {1, 3, 0.4}},
    DeedRow{{"Update", "deployments", true}, 1, kAny, {0.6, 0.8, 3}},
    DeedRow{{"Describe", "alarms"}, 1, kAny, {0.3, 0.6, 4}},
    DeedRow{{"Get", "uptime"}, 0.8, kAny, {0.3, 0.6, 3.5}},
    DeedRow{{"Rollback", "deployments", true}, 0.6, kAny, {0.4, 0.8, 2.5}},
    // Sensitivity.
    DeedRow{{"Get", "latencies"}, 1, kAny, kAny, {4, 0.4}},
    DeedRow{{"Update", "placement", true}, 0.7, kAny, kAny, {3, 0.4}},
    DeedRow{{"Update", "load-balancers", true}, 0.8, kAny, {0.7, 0.8, 1.5}, {2.5, 0.5}},
    DeedRow{{"Create", "replicas", true}, 0.7, kAny, kAny, {3, 0.5}},
    DeedRow{{"Get", "billing"}, 1, kAny, kAny, {0.4, 4}},
    DeedRow{{"Create", "budgets", true}, 0.7, kAny, kAny, {0.4, 3}},
    DeedRow{{"Stop", "instances", true}, 0.9, kAny, {1.3, 1.2, 0.6}, {0.5, 2.5}},
    DeedRow{{"Get", "spot-prices"}, 0.7, kAny, kAny, {0.4, 3.5}},
    // Security.
    DeedRow{{"Update", "public-access", true}, 0.8, kAny, kAny, kEither, {4, 1, 0.3}},
    DeedRow{{"Create", "open-rules", true}, 0.8, kAny, kAny, kEither, {3.5, 0.9, 0.3}},
    DeedRow{{"Get", "shared-links"}, 0.8, kAny, kAny, kEither, {3.5, 1, 0.4}},
    DeedRow{{"Update", "security-groups", true}, 1, kAny, kAny, kEither, {0.5, 3, 0.8}},
    DeedRow{{"Create", "key-pairs", true}, 0.9, kAny, kAny, kEither, {0.6, 2.8, 0.8}},
    DeedRow{{"Get", "certificates"}, 0.8, kAny, kAny, kEither, {0.5, 2.8, 1}},
    DeedRow{{"Update", "policies", true}, 0.8, kAny, kAny, kEither, {0.3, 0.9, 4}},
    DeedRow{{"Enable", "encryption", true}, 0.6, kAny, kAny, kEither, {0.3, 1, 3.5}},
    DeedRow{{"Rotate", "keys", true}, 0.6, kAny, kAny, kEither, {0.3, 0.7, 3.5}},
    DeedRow{{"Get", "audit-logs"}, 0.8, kAny, kAny, kEither, {0.3, 0.9, 4}},
};

/// Three for each use case, in their order: what opens a need, and the need.
struct OpeningRow {
  Deed deed;
  std::string_view kind, family, image;
  std::uint32_t count, storage_gb;
};
inline constexpr std::array<std::array<OpeningRow, 3>, 3> kOpenings{{
    {{{{"Open", "notebooks"}, "machine", "g1", "jupyter", 1, 50},
      {{"Get", "repositories"}, "machine", "c1", "toolchain", 1, 20},
      {{"List", "runtimes"}, "machine", "m1", "runtime-lts", 1, 0}}},
    {{{{"Get", "test-plans"}, "machine", "c1", "test-runner", 2, 0},
      {{"List", "runners"}, "machine", "m1", "test-runner", 1, 20},
      {{"Get", "load-profiles"}, "machine", "c2", "load-generator", 4, 0}}},
    {{{{"Get", "change-requests"}, "machine", "m2", "service-base", 2, 50},
      {{"Describe", "capacity"}, "machine", "m2", "service-base", 3, 0},
      {{"Get", "backup-plans"}, "volume", "", "", 1, 200}}},
}};
// clang-format on

}  // namespace harbinger::orchestrate::planted
