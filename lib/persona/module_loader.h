// What is too large to be in every server is loaded when a configuration asks for it: LibTorch with the network, gRPC with the client of an engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <harbinger/persona_engine.h>
#include <harbinger/result.h>
#include "persona/network.h"
#include "persona/rpc/client.h"

namespace harbinger::persona {

inline constexpr std::string_view kEngineModule = "harbinger-engine.so", kRpcModule = "harbinger-persona-rpc.so";

/// A network from harbinger-engine.so. Loads LibTorch. Errors of load_symbol().
Result<std::unique_ptr<Network>> load_network(std::uint64_t seed, int threads = 1);

/// connect_engine() from harbinger-persona-rpc.so. Loads gRPC. Errors as above, and connect_engine()'s own.
Result<std::unique_ptr<PersonaEngine>> load_remote(const RpcClientSettings& settings);

}  // namespace harbinger::persona
