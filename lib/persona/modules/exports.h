// What modules export. Program and module are of one build, which the fingerprint checks before anything else is called.
#pragma once

#include <cstdint>
#include <memory>

#include <harbinger/persona_engine.h>
#include <harbinger/result.h>
#include "persona/network.h"
#include "persona/rpc/client.h"

namespace harbinger::persona {

/// Of harbinger-engine.so. No exception leaves it.
using MakeNetwork = Result<void>(std::uint64_t seed, int threads, std::unique_ptr<Network>& network);
inline constexpr const char* kMakeNetwork = "harbinger_make_network";

/// Of harbinger-persona-rpc.so.
using ConnectEngine = Result<void>(const RpcClientSettings& settings, std::unique_ptr<PersonaEngine>& engine);
inline constexpr const char* kConnectEngine = "harbinger_connect_engine";

}  // namespace harbinger::persona
