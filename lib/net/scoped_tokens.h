// Who may do what, by secret words in a file.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>
#include "base/token_lines.h"

namespace harbinger::net {

/// Immutable once made. Keeps digests, not tokens.
class ScopedTokens {
 public:
  static constexpr std::size_t kShortest = 16;

  /// What may stand in a file: the words for scopes, and whether a name of who has the token may follow.
  struct Grammar {
    std::span<const std::string_view> scopes{};
    bool named = false;
  };

  /// Lines `TOKEN SCOPE` or `TOKEN SCOPE NAME`; empty lines and what follows # are passed over. A token has at least kShortest printable
  /// characters, a name at most 64. Errors name file and line; no tokens at all is one.
  static Result<ScopedTokens> parse(std::string_view text, const std::filesystem::path& file, const Grammar& grammar);
  static Result<ScopedTokens> load(const std::filesystem::path& file, const Grammar& grammar);
  /// None where no file is named.
  static Result<std::optional<ScopedTokens>> load_any(const std::optional<std::filesystem::path>& file,
                                                      const Grammar& grammar);

  struct Holder {
    std::size_t scope = 0;  ///< the place of its word in the grammar
    std::string name{};     ///< empty where the file says none
  };
  /// Whose token this is; nullopt when it is nobody's. Takes the same time for each.
  std::optional<Holder> find(std::string_view token) const;

 private:
  using Digest = std::array<std::uint8_t, 32>;
  struct Entry {
    Digest digest;
    Holder holder;
  };
  Result<void> add(const TokenLine& line, const Grammar& grammar);

  std::vector<Entry> entries_;
};

}  // namespace harbinger::net
