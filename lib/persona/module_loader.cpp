#include "persona/module_loader.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>

#include <harbinger/abi.h>
#include "persona/modules/exports.h"

#ifndef HARBINGER_LIBRARY_FOLDER
#define HARBINGER_LIBRARY_FOLDER "lib"
#endif

namespace harbinger::persona {

namespace {

std::string list_of(const std::vector<std::filesystem::path>& folders) {
  std::string list;
  for (const auto& folder : folders) list += (list.empty() ? "" : ", ") + folder.string();
  return list;
}

Result<std::filesystem::path> find_module(std::string_view name) {
  const auto folders = module_folders();
  std::error_code error;
  for (const auto& folder : folders)
    if (auto file = folder / name; std::filesystem::exists(file, error)) return std::filesystem::absolute(file);
  return fail(ErrorCode::not_found, "no module " + std::string(name) + " in " + list_of(folders) +
                                        ": install it, or name its folder in HARBINGER_MODULES");
}

template <class Function>
Function* function_of(void* object, const char* name) {
  return reinterpret_cast<Function*>(dlsym(object, name));
}

template <class Function>
Result<Function*> load(std::string_view module, const char* name) {
  const auto file = find_module(module);
  if (!file) return fail(file.error());
  void* object = dlopen(file->c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!object) return fail(ErrorCode::malformed, "cannot load module " + file->string() + ": " + dlerror());
  const auto abi = function_of<ModuleAbi>(object, kModuleAbi);
  const auto function = function_of<Function>(object, name);
  if (!abi || !function) return fail(ErrorCode::malformed, file->string() + " is no such module of harbinger");
  if (std::string_view(abi()) != HARBINGER_ABI)
    return fail(ErrorCode::unsupported, file->string() + " was built for \"" + abi() + "\", this program is \"" +
                                            HARBINGER_ABI + "\": install both from one build");
  return function;
}

}  // namespace

std::vector<std::filesystem::path> module_folders() {
  if (const char* named = std::getenv("HARBINGER_MODULES"); named && *named) return {named};
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const auto folder = program.parent_path();
  return {folder, folder.parent_path() / HARBINGER_LIBRARY_FOLDER / "harbinger"};
}

Result<std::unique_ptr<Network>> load_network(std::uint64_t seed, int threads) {
  const auto make = load<MakeNetwork>(kEngineModule, kMakeNetwork);
  if (!make) return fail(make.error());
  std::unique_ptr<Network> network;
  auto made = (*make)(seed, threads, network);
  if (!made) return fail(std::move(made.error()));
  return network;
}

Result<std::unique_ptr<PersonaEngine>> load_remote(const RpcClientSettings& settings) {
  const auto connect = load<ConnectEngine>(kRpcModule, kConnectEngine);
  if (!connect) return fail(connect.error());
  std::unique_ptr<PersonaEngine> engine;
  auto connected = (*connect)(settings, engine);
  if (!connected) return fail(std::move(connected.error()));
  return engine;
}

}  // namespace harbinger::persona
