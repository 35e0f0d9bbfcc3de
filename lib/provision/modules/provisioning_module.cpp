// harbinger-provisioning-rpc.so: the server that applications and scalers ask for instances, and gRPC with it.
#include "base/module_abi.h"
#include "provision/modules/exports.h"

HARBINGER_MODULE_ABI()

// A C name with a C++ type: both sides are of one build.
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wreturn-type-c-linkage"
extern "C" __attribute__((visibility("default"))) harbinger::Result<void> harbinger_serve_provisioning(
    std::shared_ptr<harbinger::provision::ProvisioningEngine> engine,
    const harbinger::provision::ServerSettings& settings,
    std::unique_ptr<harbinger::provision::ProvisioningServer>& server) {
  auto started = harbinger::provision::serve_provisioning(std::move(engine), settings);
  if (!started) return harbinger::fail(started.error());
  server = std::move(*started);
  return {};
}
