// harbinger-orchestration-rpc.so: the server that sensors report to and that applications ask, and gRPC with it.
#include "base/module_abi.h"
#include "orchestrate/modules/exports.h"

HARBINGER_MODULE_ABI()

// A C name with a C++ type: both sides are of one build.
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wreturn-type-c-linkage"
extern "C" __attribute__((visibility("default"))) harbinger::Result<void> harbinger_serve_orchestration(
    std::shared_ptr<harbinger::orchestrate::OrchestrationEngine> engine,
    const harbinger::orchestrate::ServerSettings& settings,
    std::unique_ptr<harbinger::orchestrate::OrchestrationServer>& server) {
  auto started = harbinger::orchestrate::serve_orchestration(std::move(engine), settings);
  if (!started) return harbinger::fail(started.error());
  server = std::move(*started);
  return {};
}
