#include "edge/hub_loader.h"

#include <string>

#include "persona/module_loader.h"

namespace harbinger::edge {

Result<std::unique_ptr<HubServer>> load_hub_server(std::shared_ptr<EdgeHost> /*host*/, TakeLatency /*latency*/,
                                                   const HubServerSettings& /*settings*/) {
  std::string folders;
  for (const auto& folder : persona::module_folders()) folders += (folders.empty() ? "" : ", ") + folder.string();
  return fail(ErrorCode::not_found, "no module " + std::string(kEdgeModule) + " in " + folders +
                                        ": install it, or name its folder in HARBINGER_MODULES");
}

}  // namespace harbinger::edge
