// Small pieces of presentation form: escapes, numbers, quoted strings (RFC 1035 sec. 5.1).
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace harbinger::wire {

/// Takes one octet off the front of `text`: a plain character, `\X` or `\DDD`. Nullopt for a bad escape. `text` must
/// not be empty.
std::optional<std::uint8_t> take_octet(std::string_view& text);

/// Appends `\DDD`.
void append_decimal_escape(std::string& text, std::uint8_t octet);

/// Appends octets in double quotes, escaped where needed.
void append_quoted(std::string& text, std::span<const std::uint8_t> octets);

bool equal_without_case(std::string_view a, std::string_view b);

/// A whole text as a decimal number, nothing around it.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace harbinger::wire
