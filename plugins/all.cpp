#include "plugins/all.h"

namespace harbinger {

// One declaration and one line below for each folder.
namespace whoami { PluginSpec spec(); }

std::vector<PluginSpec> all_plugins() {
  return {
      whoami::spec(),
  };
}

}  // namespace harbinger
