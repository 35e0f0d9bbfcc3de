#include "wire/text.h"

#include <algorithm>

#include "wire/octets.h"

namespace harbinger::wire {

std::optional<std::uint8_t> take_octet(std::string_view& text) {
  const char first = text.front();
  text.remove_prefix(1);
  if (first != '\\') return static_cast<std::uint8_t>(first);
  if (text.empty()) return std::nullopt;

  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!is_digit(text.front())) {
    const char escaped = text.front();
    text.remove_prefix(1);
    return static_cast<std::uint8_t>(escaped);
  }
  if (text.size() < 3 || !is_digit(text[1]) || !is_digit(text[2])) return std::nullopt;
  const int value = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  if (value > 255) return std::nullopt;
  text.remove_prefix(3);
  return static_cast<std::uint8_t>(value);
}

void append_decimal_escape(std::string& text, std::uint8_t octet) {
  text += '\\';
  text += static_cast<char>('0' + octet / 100);
  text += static_cast<char>('0' + octet / 10 % 10);
  text += static_cast<char>('0' + octet % 10);
}

void append_quoted(std::string& text, std::span<const std::uint8_t> octets) {
  text += '"';
  for (const std::uint8_t octet : octets) {
    if (octet < ' ' || octet >= 0x7f) {
      append_decimal_escape(text, octet);
      continue;
    }
    if (octet == '"' || octet == '\\') text += '\\';
    text += static_cast<char>(octet);
  }
  text += '"';
}

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](char x, char y) { return lower(static_cast<std::uint8_t>(x)) == lower(static_cast<std::uint8_t>(y)); });
}

}  // namespace harbinger::wire
