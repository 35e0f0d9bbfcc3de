// What instances write does not fill the disk.
#pragma once

#include <cstdint>
#include <filesystem>

namespace harbinger::provision {

/// A log that is longer than `most` octets is begun anew; its last half goes to FILE.old. For writers that append. Between two calls it may grow longer, and
/// what is written meanwhile may be lost.
void limit_log(const std::filesystem::path& file, std::uint64_t most);

}  // namespace harbinger::provision
