#include "persona/module_loader.h"

#include "base/module_loader.h"
#include "persona/modules/exports.h"

namespace harbinger::persona {

Result<std::unique_ptr<Network>> load_network(std::uint64_t seed, int threads) {
  const auto make = load_function<MakeNetwork>(kEngineModule, kMakeNetwork);
  if (!make) return fail(make.error());
  std::unique_ptr<Network> network;
  auto made = (*make)(seed, threads, network);
  if (!made) return fail(std::move(made.error()));
  return network;
}

Result<std::unique_ptr<PersonaEngine>> load_remote(const RpcClientSettings& settings) {
  const auto connect = load_function<ConnectEngine>(kRpcModule, kConnectEngine);
  if (!connect) return fail(connect.error());
  std::unique_ptr<PersonaEngine> engine;
  auto connected = (*connect)(settings, engine);
  if (!connected) return fail(std::move(connected.error()));
  return engine;
}

}  // namespace harbinger::persona
