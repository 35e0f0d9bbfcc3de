// The plugins that are built in.
#pragma once

#include <vector>

#include <harbinger/plugin.h>

namespace harbinger {

/// One spec for each plugin folder, in alphabetical order.
std::vector<PluginSpec> all_plugins();

}  // namespace harbinger
