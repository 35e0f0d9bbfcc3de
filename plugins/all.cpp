#include "plugins/all.h"

namespace harbinger {

// One declaration and one line below for each folder.

std::vector<PluginSpec> all_plugins() {
  return {
  };
}

}  // namespace harbinger
