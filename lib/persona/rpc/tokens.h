// Who may do what at a server of gRPC: report, or everything.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include <harbinger/result.h>
#include "net/scoped_tokens.h"

namespace harbinger::persona {

/// What a token is good for.
enum class Scope : std::uint8_t { report, everything };

/// Immutable once made.
class Tokens {
 public:
  /// Lines `TOKEN SCOPE`, scope `report` or the service's word for everything; see net::ScopedTokens for the rest.
  static Result<Tokens> parse(std::string_view text, const std::filesystem::path& file, std::string_view everything);
  static Result<Tokens> load(const std::filesystem::path& file, std::string_view everything);
  /// Nothing where there is no file.
  static Result<std::optional<Tokens>> load_any(const std::optional<std::filesystem::path>& file,
                                                std::string_view everything);

  /// What this token is good for; nothing when it is not known. Takes the same time for each.
  std::optional<Scope> scope_of(std::string_view token) const;

 private:
  explicit Tokens(net::ScopedTokens tokens) : tokens_(std::move(tokens)) {}

  net::ScopedTokens tokens_;
};

}  // namespace harbinger::persona
