// What is too large to be in every server is loaded when a configuration asks for it: LibTorch with the network, gRPC with the client of an engine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include <harbinger/persona_engine.h>
#include <harbinger/result.h>
#include "persona/network.h"
#include "persona/rpc/client.h"

namespace harbinger::persona {

inline constexpr std::string_view kEngineModule = "harbinger-engine.so", kRpcModule = "harbinger-persona-rpc.so";

/// Where modules are looked for, first to last: the folder that the environment names in HARBINGER_MODULES (and only there, if it does), the
/// program's own folder, `harbinger` in the library folder of the same installation.
std::vector<std::filesystem::path> module_folders();

/// A network from harbinger-engine.so. Loads LibTorch. `not_found` says where the module was looked for, `unsupported` that it is of another build.
/// A module stays loaded for good. The program must export its symbols, as harbingerd does.
Result<std::unique_ptr<Network>> load_network(std::uint64_t seed, int threads = 1);

/// connect_engine() from harbinger-persona-rpc.so. Loads gRPC. Errors as above, and connect_engine()'s own.
Result<std::unique_ptr<PersonaEngine>> load_remote(const RpcClientSettings& settings);

}  // namespace harbinger::persona
