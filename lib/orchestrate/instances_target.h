// Instances of a provider that is made already.
#pragma once

#include <memory>

#include "orchestrate/target.h"

namespace harbinger::orchestrate {

/// See `make_instances_target` of a provider's word. Of `world`, only the templates are used.
std::unique_ptr<Target> make_instances_target(std::unique_ptr<provision::Provider> provider, const TargetWorld& world);

}  // namespace harbinger::orchestrate
