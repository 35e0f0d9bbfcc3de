// The weights that a new engine begins with.
#pragma once

#include <cstdint>
#include <filesystem>

#include <harbinger/log.h>
#include <harbinger/result.h>

namespace harbinger::persona {

/// Trains a network on the made-up clients of start_trace.h and writes its weights to `path` (Network::load reads them). The same weights for the
/// same seed, steps and kind of processor. Progress goes to `log`, a line for each tenth. Takes about 20 ms a step. About 1000 steps are right: on real
/// traces 600 to 2000 help nearly alike, 4000 less. Defined by the library harbinger_network only.
Result<void> make_start_model(const std::filesystem::path& path, std::uint64_t seed, std::size_t steps,
                              const Logger& log);

}  // namespace harbinger::persona
