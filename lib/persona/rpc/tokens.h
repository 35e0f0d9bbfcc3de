// Who may do what, by secret words in a file.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include <harbinger/result.h>
#include "base/token_lines.h"

namespace harbinger::persona {

/// What a token is good for.
enum class Scope : std::uint8_t { report, everything };

/// Immutable once made. Keeps digests, not tokens.
class Tokens {
 public:
  static constexpr std::size_t kShortest = 16;

  /// Lines `TOKEN SCOPE`, scope `report` or the service's word for everything; empty lines and what follows # are passed over. A token has at
  /// least kShortest printable characters. Errors name file and line; no tokens at all is one.
  static Result<Tokens> parse(std::string_view text, const std::filesystem::path& file, std::string_view everything);
  static Result<Tokens> load(const std::filesystem::path& file, std::string_view everything);

  /// What this token is good for; nothing when it is not known. Takes the same time for each.
  std::optional<Scope> scope_of(std::string_view token) const;

 private:
  static Result<Tokens> of(const std::vector<TokenLine>& lines, const std::filesystem::path& file,
                           std::string_view everything);

  using Digest = std::array<std::uint8_t, 32>;
  struct Entry {
    Digest digest;
    Scope scope;
  };
  std::vector<Entry> entries_;
};

}  // namespace harbinger::persona
