#include "orchestrate/orchestration_loader.h"

#include "base/module_loader.h"
#include "orchestrate/modules/exports.h"

namespace harbinger::orchestrate {

Result<std::unique_ptr<OrchestrationServer>> load_orchestration_server(std::shared_ptr<OrchestrationEngine> engine,
                                                                       const ServerSettings& settings) {
  const auto serve = load_function<ServeOrchestration>(kOrchestrationModule, kServeOrchestration);
  if (!serve) return fail(serve.error());
  std::unique_ptr<OrchestrationServer> server;
  auto served = (*serve)(std::move(engine), settings, server);
  if (!served) return fail(std::move(served.error()));
  return server;
}

}  // namespace harbinger::orchestrate
