// The structure of names: which parts of the next text are copied from an earlier one, so that texts never seen can be foretold.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace harbinger::sequence {

/// A text cut into words, words with digits, and single other characters.
struct Tokens {
  static constexpr std::size_t kMost = 48;
  enum class Kind : std::uint8_t { other, word, with_digit };
  struct Token {
    std::uint16_t begin, size;
    Kind kind;
  };

  std::string_view text;
  std::array<Token, kMost> tokens;
  std::size_t size = 0;

  std::string_view at(std::size_t index) const { return text.substr(tokens[index].begin, tokens[index].size); }
  bool is_other(std::size_t index) const { return tokens[index].kind == Kind::other; }
};

/// Cuts `text`, which must outlive the result; nothing when it has too many parts.
std::optional<Tokens> tokenize(std::string_view text);

/// How much of a text a template leaves open.
enum class Openness : std::uint8_t {
  digits,  ///< words that hold a digit: ids, dates, addresses
  tail,    ///< those and the last part of a path (of a name: everything)
  all,     ///< every word: only the shape stays
};
inline constexpr std::size_t kOpenness = 3;

/// A text with some of its words left open: `/r/31uo` as `/r/<1>`.
struct Template {
  static constexpr std::size_t kMostSlots = 16;
  std::uint64_t hash = 0;
  std::array<std::uint8_t, kMostSlots> slots{};  ///< indices of tokens
  std::size_t count = 0;
};

/// Nothing when no word is left open, or too many are.
std::optional<Template> template_of(const Tokens& tokens, Openness openness);

/// What makes `target` out of the slots of `source`: its characters, with `\x01X` for slot X copied, `\x02X` for slot X plus one and
/// `\x03X` for minus one. Slots are letters from `A`. Nothing when the target holds such characters itself.
std::optional<std::string> edit_from(const Tokens& source, const Template& shape, const Tokens& target);

/// Carries an edit out. Nothing when the source has no such slots, or the result would be too long.
std::optional<std::string_view> apply_edit(std::string_view edit, const Tokens& source, const Template& shape,
                                           std::array<char, 1024>& room);

}  // namespace harbinger::sequence
