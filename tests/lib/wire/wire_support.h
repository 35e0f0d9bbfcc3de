// Short words for wire tests.
#pragma once

#include <catch2/catch.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/message.h>

namespace harbinger::testing {

using Bytes = std::vector<std::uint8_t>;

inline Name name(std::string_view text) { return Name::parse(text).value(); }

/// Octets of a text, as they are.
inline Bytes octets(std::string_view text) { return {text.begin(), text.end()}; }

/// Octets from hex digits; blanks between are allowed.
inline Bytes from_hex(std::string_view digits) {
  Bytes bytes;
  std::string pair;
  for (const char digit : digits) {
    if (digit == ' ' || digit == '\n') continue;
    pair += digit;
    if (pair.size() < 2) continue;
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(pair, nullptr, 16)));
    pair.clear();
  }
  return bytes;
}

inline Bytes join(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// A header with these counts and nothing else set.
inline Bytes header(std::uint8_t questions, std::uint16_t answers = 0, std::uint16_t authorities = 0,
                    std::uint16_t additionals = 0) {
  const auto high = [](std::uint16_t count) { return static_cast<std::uint8_t>(count >> 8); };
  const auto low = [](std::uint16_t count) { return static_cast<std::uint8_t>(count); };
  return {0x12,
          0x34,
          0x80,
          0,
          0,
          questions,
          high(answers),
          low(answers),
          high(authorities),
          low(authorities),
          high(additionals),
          low(additionals)};
}

}  // namespace harbinger::testing
