// The secret of an installation: 32 octets in a file of its own. Keys for this and that are derived from it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

#include <harbinger/result.h>

namespace harbinger {

/// Uniformly random. What derives keys from it names what they are for, so that one secret serves many.
using Secret = std::array<std::uint8_t, 32>;

/// Reads a secret. `not_found` when there is no such file, `malformed` when it has another size.
Result<Secret> read_secret(const std::filesystem::path& file);

/// Writes a secret to a new file, mode 0600, whole or not at all. `conflict` when there is one already.
Result<void> write_secret(const std::filesystem::path& file, const Secret& secret);

/// Reads a secret, or makes one from the system's random numbers where there is no file yet. Processes that do so at once agree.
Result<Secret> read_or_make_secret(const std::filesystem::path& file);

/// For those who were given no file: one for the whole process, gone with it.
const Secret& process_secret();

}  // namespace harbinger
