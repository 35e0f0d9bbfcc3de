// harbinger-persona-rpc.so: the client of an engine, and gRPC with it.
#include "base/module_abi.h"
#include "persona/modules/exports.h"

HARBINGER_MODULE_ABI()

// A C name with a C++ type: both sides are of one build.
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wreturn-type-c-linkage"
extern "C" __attribute__((visibility("default"))) harbinger::Result<void> harbinger_connect_engine(
    const harbinger::persona::RpcClientSettings& settings, std::unique_ptr<harbinger::PersonaEngine>& engine) {
  auto connected = harbinger::persona::connect_engine(settings);
  if (!connected) return harbinger::fail(connected.error());
  engine = std::move(*connected);
  return {};
}
