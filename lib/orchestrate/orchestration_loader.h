// The door for sensors and applications is loaded when a configuration asks for it, and gRPC with it.
#pragma once

#include <memory>
#include <string_view>

#include <harbinger/result.h>
#include "orchestrate/rpc/orchestration_server.h"

namespace harbinger::orchestrate {

inline constexpr std::string_view kOrchestrationModule = "harbinger-orchestration-rpc.so";

/// serve_orchestration() from harbinger-orchestration-rpc.so. Errors of load_symbol() (base/module_loader.h), and serve_orchestration()'s own.
Result<std::unique_ptr<OrchestrationServer>> load_orchestration_server(std::shared_ptr<OrchestrationEngine> engine,
                                                                       const ServerSettings& settings);

}  // namespace harbinger::orchestrate
