// What modules of the provision floor export. Program and module are of one build.
#pragma once

#include <memory>

#include <harbinger/result.h>
#include "provision/rpc/provisioning_server.h"

namespace harbinger::provision {

/// Of harbinger-provisioning-rpc.so.
using ServeProvisioning = Result<void>(std::shared_ptr<ProvisioningEngine> engine, const ServerSettings& settings,
                                       std::unique_ptr<ProvisioningServer>& server);
inline constexpr const char* kServeProvisioning = "harbinger_serve_provisioning";

}  // namespace harbinger::provision
