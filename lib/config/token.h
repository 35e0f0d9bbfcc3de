// What the lexer hands to the parser, and what both of them share: the limits and the list of errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/config.h>

namespace harbinger::config {

inline constexpr std::size_t kMaxText = 16 << 20;      // octets of one file
inline constexpr std::size_t kMaxWords = 2'000'000;    // of the whole configuration, imports expanded
inline constexpr std::size_t kMaxWordText = 64 << 20;  // octets in all of these words together
inline constexpr std::size_t kMaxNesting = 100;        // braces in braces
inline constexpr std::size_t kMaxImports = 32;         // imports in imports
inline constexpr std::size_t kMaxErrors = 1000;        // more would not be read by anybody

struct Token {
  enum class Kind : std::uint8_t { word, open, close };

  std::string text;
  const std::string* file = nullptr;  // owned by the caller of the lexer
  int line = 0;
  int column = 0;
  Kind kind = Kind::word;
  bool quoted = false;
  bool begins_line = false;  // first on its line, where a line ends at a brace as well

  bool is_plain(std::string_view word) const { return kind == Kind::word && !quoted && text == word; }
  Position position() const { return {*file, line, column}; }
};
using Tokens = std::vector<Token>;

/// The errors so far. Takes no more than kMaxErrors, so that hostile text costs bounded memory.
class ErrorList {
 public:
  void add(ErrorCode code, std::string message, Position position) {
    if (!full()) errors_.push_back({code, std::move(message), std::move(position)});
  }
  bool full() const { return errors_.size() >= kMaxErrors; }
  Errors& all() { return errors_; }

 private:
  Errors errors_;
};

/// Counts what imports, arguments and environment variables blow up. Says once that it is too much.
class Budget {
 public:
  explicit Budget(ErrorList& errors) : errors_(errors) {}

  /// False when there is no room for `words` more with so much text; then the caller ends.
  bool spend(std::size_t words, std::size_t octets, const Position& where) {
    words_ += words;
    octets_ += octets;
    if (words_ <= kMaxWords && octets_ <= kMaxWordText) return true;
    if (!told_)
      errors_.add(ErrorCode::too_large,
                  "the configuration grows too large here: with all imports it may have " + std::to_string(kMaxWords) +
                      " words and " + std::to_string(kMaxWordText >> 20) + " MiB",
                  where);
    told_ = true;
    return false;
  }
  bool exhausted() const { return told_; }
  std::size_t octets_left() const { return octets_ > kMaxWordText ? 0 : kMaxWordText - octets_; }

 private:
  ErrorList& errors_;
  std::size_t words_ = 0, octets_ = 0;
  bool told_ = false;
};

}  // namespace harbinger::config
