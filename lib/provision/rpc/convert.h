// From our values to what travels. The generated classes are only named here.
#pragma once

#include <string>
#include <vector>

#include "provision/engine.h"

namespace harbinger::provisioning::v1 {
class Instance;
class Pool;
}  // namespace harbinger::provisioning::v1

namespace harbinger::provision {

/// Who has an instance is not told. Texts for people lose what looks like a tag.
void write(const ProvisioningEngine::InstanceState& instance, provisioning::v1::Instance& out);
void write(const ProvisioningEngine::Registration& registration, const std::string& pool,
           provisioning::v1::Instance& out);
void write(const ProvisioningEngine::PoolState& pool, provisioning::v1::Pool& out);

/// `not_found` with the pools that there are, unless this is one of them.
Result<const ProvisioningEngine::PoolState*> find_pool(const ProvisioningEngine::State& state, const std::string& name);

}  // namespace harbinger::provision
