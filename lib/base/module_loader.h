// What is too large to be in every program is loaded when a configuration asks for it: shared objects of ours.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include <harbinger/result.h>

namespace harbinger {

/// Where modules are looked for, first to last: the folder that the environment names in HARBINGER_MODULES (and only there, if it does), the
/// program's own folder, `harbinger` in the library folder of the same installation.
std::vector<std::filesystem::path> module_folders();

/// What module `file` exports as `name`. `not_found` says where the module was looked for, `malformed` that it is no module or has no such thing,
/// `unsupported` that it is of another build. A module stays loaded for good. The program must export its symbols, as harbingerd does.
Result<void*> load_symbol(std::string_view file, const char* name);

/// The same as a function of this type. Program and module are of one build, so both know it.
template <class Function>
Result<Function*> load_function(std::string_view file, const char* name) {
  const auto symbol = load_symbol(file, name);
  if (!symbol) return fail(symbol.error());
  return reinterpret_cast<Function*>(*symbol);
}

}  // namespace harbinger
