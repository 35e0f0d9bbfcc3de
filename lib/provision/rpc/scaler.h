// What a scaler of KEDA's is told. The generated classes are only named here.
#pragma once

#include <string>
#include <string_view>

#include "provision/engine.h"

namespace externalscaler {
class ScaledObjectRef;
}

namespace harbinger::provision {

/// The pool that a trigger names; empty when it names none.
std::string pool_of(const externalscaler::ScaledObjectRef& who);
/// The token that it shows; empty when it shows none.
std::string token_of(const externalscaler::ScaledObjectRef& who);

/// Replicas that there should be of this pool: those that somebody has, and what should be ready beside them. `malformed` without a pool's name,
/// `not_found` for one that does not exist.
Result<unsigned> replicas(const ProvisioningEngine::State& state, const std::string& pool);

}  // namespace harbinger::provision
