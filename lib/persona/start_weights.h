// Weights that were learnt before: found, and read into a network.
#pragma once

#include <filesystem>
#include <optional>

#include <harbinger/result.h>
#include "persona/network.h"

namespace harbinger::persona {

/// The start model that comes with the programs, harbinger-start.model, where modules are looked for (module_loader.h); none when there is none.
std::optional<std::filesystem::path> shipped_start_model();

/// Errors name the file: `not_found`, and Network::load's own.
Result<void> load_weights(Network& network, const std::filesystem::path& file);

}  // namespace harbinger::persona
