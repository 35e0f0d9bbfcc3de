// What modules export. Program and module are of one build, which the fingerprint checks before anything else is called.
#pragma once

#include <cstdint>
#include <memory>

#include <harbinger/persona_engine.h>
#include <harbinger/result.h>
#include "persona/network.h"
#include "persona/rpc/client.h"

namespace harbinger::persona {

using ModuleAbi = const char*();
inline constexpr const char* kModuleAbi = "harbinger_module_abi";

/// Of harbinger-engine.so. No exception leaves it.
using MakeNetwork = Result<void>(std::uint64_t seed, int threads, std::unique_ptr<Network>& network);
inline constexpr const char* kMakeNetwork = "harbinger_make_network";

/// Of harbinger-persona-rpc.so.
using ConnectEngine = Result<void>(const RpcClientSettings& settings, std::unique_ptr<PersonaEngine>& engine);
inline constexpr const char* kConnectEngine = "harbinger_connect_engine";

}  // namespace harbinger::persona

/// Once in each module: its fingerprint.
#define HARBINGER_MODULE_ABI() \
  extern "C" __attribute__((visibility("default"))) const char* harbinger_module_abi() { return HARBINGER_ABI; }
