#include "base/module_loader.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>

#include "base/module_abi.h"

#ifndef HARBINGER_LIBRARY_FOLDER
#define HARBINGER_LIBRARY_FOLDER "lib"
#endif

namespace harbinger {

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

}  // namespace

std::vector<std::filesystem::path> module_folders() {
  if (const char* named = std::getenv("HARBINGER_MODULES"); named && *named) return {named};
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const auto folder = program.parent_path();
  return {folder, folder.parent_path() / HARBINGER_LIBRARY_FOLDER / "harbinger"};
}

Result<void*> load_symbol(std::string_view file, const char* name) {
  const auto path = find_module(file);
  if (!path) return fail(path.error());
  void* object = dlopen(path->c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!object) return fail(ErrorCode::malformed, "cannot load module " + path->string() + ": " + dlerror());
  const auto abi = reinterpret_cast<ModuleAbi*>(dlsym(object, kModuleAbi));
  void* symbol = dlsym(object, name);
  if (!abi || !symbol) return fail(ErrorCode::malformed, path->string() + " is no such module of harbinger");
  if (std::string_view(abi()) != HARBINGER_ABI)
    return fail(ErrorCode::unsupported, path->string() + " was built for \"" + abi() + "\", this program is \"" +
                                            HARBINGER_ABI + "\": install both from one build");
  return symbol;
}

}  // namespace harbinger
