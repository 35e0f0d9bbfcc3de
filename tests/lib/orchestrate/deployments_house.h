// What tests of the target `deployments` begin with.
#pragma once

#include "tests/lib/orchestrate/cluster_model.h"
#include "tests/lib/orchestrate/target_house.h"

namespace harbinger::test {

using orchestrate::Made;
using orchestrate::make_deployments_target;
using orchestrate::Need;
using orchestrate::Target;

inline TargetOptions options_of(const ClusterModel& cluster) {
  return {{"server", cluster.url()},
          {"machine.small", "1 cpus 512 MiB"},
          {"machine.large", "2 cpus 4 GiB"},
          {"image.web", "registry.example/web:1 port 8080 health /ready"},
          {"security.strict", "namespace ports 8080"},
          {"security.open", "label"}};
}

inline Need web(std::uint32_t count = 1) {
  return {.kind = "deployment", .machine = "small", .image = "web", .security = "strict", .count = count};
}

struct DeploymentsHouse {
  DeploymentsHouse() : target(made_target(make_deployments_target, options_of(cluster))) {}
  Made look(const std::string& id) {
    auto made = target->look(id, in_time());
    if (!made) FAIL(made.error().message);
    return *made;
  }
  std::vector<Made> list() {
    auto all = target->list(in_time());
    if (!all) FAIL(all.error().message);
    return *all;
  }
  ClusterModel cluster;
  std::unique_ptr<Target> target;
};

}  // namespace harbinger::test
