#include "provision/provisioning_loader.h"

#include "base/module_loader.h"
#include "provision/modules/exports.h"

namespace harbinger::provision {

Result<std::unique_ptr<ProvisioningServer>> load_provisioning_server(std::shared_ptr<ProvisioningEngine> engine,
                                                                     const ServerSettings& settings) {
  const auto serve = load_function<ServeProvisioning>(kProvisioningModule, kServeProvisioning);
  if (!serve) return fail(serve.error());
  std::unique_ptr<ProvisioningServer> server;
  auto served = (*serve)(std::move(engine), settings, server);
  if (!served) return fail(std::move(served.error()));
  return server;
}

}  // namespace harbinger::provision
