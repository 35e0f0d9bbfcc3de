// Files of tokens: secret words, one a line, that callers are known by.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>

namespace harbinger {

/// A line that says something.
struct TokenLine {
  std::string token;  ///< the first word
  std::string more;   ///< what follows it, without spaces around
  Position at;

  /// Whether the token has printable ASCII characters only, so that it can stand in a field of HTTP.
  bool printable() const noexcept;
};

/// What follows # is a comment, and lines without a word are passed over. Says nothing of what a token must be like.
std::vector<TokenLine> token_lines(std::string_view text, const std::filesystem::path& file);
/// `not_found`, with the file's name, when it cannot be read.
Result<std::vector<TokenLine>> read_token_lines(const std::filesystem::path& file);
/// The first token of a file, for who presents it. `malformed` when there is none, or when it is not printable.
Result<TokenLine> read_first_token(const std::filesystem::path& file);

}  // namespace harbinger
