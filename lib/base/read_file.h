// A whole file at once.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <harbinger/result.h>

namespace harbinger {

/// `not_found` for what cannot be opened, `malformed` for what is no file (a folder opens, and cannot be read). Messages say "cannot read WHAT FILE".
Result<std::string> read_file(const std::filesystem::path& file, std::string_view what);

}  // namespace harbinger
