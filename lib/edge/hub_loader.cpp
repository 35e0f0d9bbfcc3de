#include "edge/hub_loader.h"

#include "base/module_loader.h"
#include "edge/modules/exports.h"

namespace harbinger::edge {

Result<std::unique_ptr<HubServer>> load_hub_server(std::shared_ptr<EdgeHost> host, ReportSinks sinks,
                                                   const HubServerSettings& settings) {
  const auto serve = load_function<ServeEdges>(kHubModule, kServeEdges);
  if (!serve) return fail(serve.error());
  std::unique_ptr<HubServer> server;
  auto served = (*serve)(std::move(host), std::move(sinks), settings, server);
  if (!served) return fail(std::move(served.error()));
  return server;
}

}  // namespace harbinger::edge
