// A token that an operator keeps in a file, so that no list of processes shows it.
#pragma once

#include <filesystem>
#include <string>

#include <harbinger/result.h>

namespace harbinger::server {

/// The first token of a file in the form that servers read theirs in: a token a line, `#` begins a comment. Errors: not_found, malformed (no token,
/// or one that cannot be sent), with the file's name.
Result<std::string> read_token(const std::filesystem::path& file);

}  // namespace harbinger::server
