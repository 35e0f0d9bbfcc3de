#include <dlfcn.h>

#include <harbinger/chain.h>

namespace harbinger {

std::string_view abi_fingerprint() { return HARBINGER_ABI; }

Result<PluginSpec> load_plugin(const std::filesystem::path& file) {
  if (std::error_code error; !std::filesystem::exists(file, error))
    return fail(ErrorCode::not_found, "no plugin file " + file.string());
  // A path with a slash: a bare name would be searched for in the system's folders. Objects stay loaded: their code may be on a stack.
  const auto path = std::filesystem::absolute(file);
  void* object = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!object) return fail(ErrorCode::malformed, "cannot load plugin " + file.string() + ": " + dlerror());

  const auto abi = reinterpret_cast<const char* (*)()>(dlsym(object, "harbinger_plugin_abi"));
  const auto spec = reinterpret_cast<void (*)(PluginSpec*)>(dlsym(object, "harbinger_plugin_spec"));
  if (!abi || !spec)
    return fail(ErrorCode::malformed, file.string() + " is no harbinger plugin: it lacks HARBINGER_EXPORT_PLUGIN(...)");
  if (abi() != abi_fingerprint())
    return fail(ErrorCode::unsupported, file.string() + " was built for \"" + abi() + "\", this server is \"" +
                                            std::string(abi_fingerprint()) +
                                            "\": build the plugin against this server's headers");
  PluginSpec loaded;
  spec(&loaded);
  return loaded;
}

}  // namespace harbinger
