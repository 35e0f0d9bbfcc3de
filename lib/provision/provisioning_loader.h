// The door for applications and scalers is loaded when a configuration asks for it, and gRPC with it.
#pragma once

#include <memory>
#include <string_view>

#include <harbinger/result.h>
#include "provision/rpc/provisioning_server.h"

namespace harbinger::provision {

inline constexpr std::string_view kProvisioningModule = "harbinger-provisioning-rpc.so";

/// serve_provisioning() from harbinger-provisioning-rpc.so. Errors of load_symbol() (base/module_loader.h), and serve_provisioning()'s own.
Result<std::unique_ptr<ProvisioningServer>> load_provisioning_server(std::shared_ptr<ProvisioningEngine> engine,
                                                                     const ServerSettings& settings);

}  // namespace harbinger::provision
