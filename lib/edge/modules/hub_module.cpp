// harbinger-edge-rpc.so: the server whom edges join, and gRPC with it.
#include "base/module_abi.h"
#include "edge/modules/exports.h"

HARBINGER_MODULE_ABI()

// A C name with a C++ type: both sides are of one build.
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wreturn-type-c-linkage"
extern "C" __attribute__((visibility("default"))) harbinger::Result<void> harbinger_serve_edges(
    std::shared_ptr<harbinger::edge::EdgeHost> host, harbinger::edge::ReportSinks sinks,
    const harbinger::edge::HubServerSettings& settings, std::unique_ptr<harbinger::edge::HubServer>& server) {
  auto started = harbinger::edge::serve_edges(std::move(host), std::move(sinks), settings);
  if (!started) return harbinger::fail(started.error());
  server = std::move(*started);
  return {};
}
