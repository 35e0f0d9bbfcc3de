// The 32 characters of tags (Crockford's base32, without its leniency: i, l, o and u are not read as others).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace harbinger::tag_alphabet {

inline constexpr std::string_view kCharacters = "0123456789abcdefghjkmnpqrstvwxyz";
static_assert(kCharacters.size() == 32);

inline constexpr std::int8_t kNone = -1;
inline constexpr std::array<std::int8_t, 256> kValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kCharacters.size(); ++i) {
    const auto small = static_cast<unsigned char>(kCharacters[i]);
    values[small] = static_cast<std::int8_t>(i);
    if (small >= 'a') values[small - 0x20U] = static_cast<std::int8_t>(i);
  }
  return values;
}();

/// 0..31, in either case; kNone for other characters.
constexpr std::int64_t value_of(char character) { return kValues[static_cast<unsigned char>(character)]; }

}  // namespace harbinger::tag_alphabet
