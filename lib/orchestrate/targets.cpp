#include "orchestrate/target.h"

namespace harbinger::orchestrate {

Result<std::unique_ptr<Target>> make_target(std::string_view word, TargetWorld world) {
  if (word == "deployments") return make_deployments_target(std::move(world));
  if (word == "estate") return make_estate_target(std::move(world));
  auto target = make_instances_target(word, std::move(world));
  if (!target && target.error().code == ErrorCode::unknown)
    return fail(ErrorCode::unknown,
                "no target '" + std::string(word) +
                    "'; there are deployments, estate, and the providers of instances: " + target.error().message);
  return target;
}

}  // namespace harbinger::orchestrate
