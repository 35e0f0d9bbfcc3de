#include <array>
#include <utility>

#include "provision/provider.h"

namespace harbinger::provision {

Result<std::unique_ptr<Provider>> make_provider(std::string_view word, ProviderWorld world) {
  using Make = Result<std::unique_ptr<Provider>> (*)(ProviderWorld);
  static constexpr std::array<std::pair<std::string_view, Make>, 6> kProviders{
      {{"process", make_process_provider},
       {"container", make_container_provider},
       {"qemu", make_qemu_provider},
       {"libvirt", make_libvirt_provider},
       {"kubernetes", make_kubernetes_provider},
       {"openstack", make_openstack_provider}}};
  std::string words;
  for (const auto& [name, make] : kProviders) {
    if (name == word) return make(std::move(world));
    words.append(words.empty() ? "" : ", ").append(name);
  }
  return fail(ErrorCode::unknown, "no provider '" + std::string(word) + "'; there are " + words);
}

}  // namespace harbinger::provision
