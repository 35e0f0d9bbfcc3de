// What modules of the orchestration floor export. Program and module are of one build.
#pragma once

#include <memory>

#include <harbinger/result.h>
#include "orchestrate/rpc/orchestration_server.h"

namespace harbinger::orchestrate {

/// Of harbinger-orchestration-rpc.so.
using ServeOrchestration = Result<void>(std::shared_ptr<OrchestrationEngine> engine, const ServerSettings& settings,
                                        std::unique_ptr<OrchestrationServer>& server);
inline constexpr const char* kServeOrchestration = "harbinger_serve_orchestration";

}  // namespace harbinger::orchestrate
