// Tokens that an operator can change while the server runs.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include <harbinger/log.h>
#include "net/scoped_tokens.h"

namespace harbinger::net {

/// A file of tokens, read again when it has changed. Thread-safe.
class TokenFile {
 public:
  /// The words of the grammar must live as long. Errors: those of ScopedTokens::load().
  static Result<std::unique_ptr<TokenFile>> open(const std::filesystem::path& file,
                                                 const ScopedTokens::Grammar& grammar, Logger log);
  virtual ~TokenFile() = default;

  /// Whose token this is, as the file says now. While it cannot be read, or is wrong, every token is nobody's (who empties the file wants nobody to come
  /// in), and the log says what is wrong with it.
  virtual std::optional<ScopedTokens::Holder> find(std::string_view token) = 0;
};

}  // namespace harbinger::net
