// Pools and instances as tables for people, and as JSON. Tags are in neither.
#pragma once

#include <string>

#include "provision/engine.h"

namespace harbinger::vm_provisioning {

std::string pools_text(const provision::ProvisioningEngine::State& state);
std::string pools_json(const provision::ProvisioningEngine::State& state);
std::string instances_text(const provision::ProvisioningEngine::State& state);
std::string instances_json(const provision::ProvisioningEngine::State& state);
std::string why_text(const provision::ProvisioningEngine::Why& why);
std::string why_json(const provision::ProvisioningEngine::Why& why);

}  // namespace harbinger::vm_provisioning
