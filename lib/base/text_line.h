// Lines of tables for people.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

#include <harbinger/log.h>

namespace harbinger {

/// As printf() would write it; at most 1023 octets.
template <class... Value>
std::string text_line(const char* format, Value... values) {
  std::array<char, 1024> out{};
  std::snprintf(out.data(), out.size(), format, values...);
  return out.data();
}

/// For `%llu`.
inline unsigned long long wide(std::uint64_t number) { return number; }

/// What a column shows; others may have written it.
inline std::string or_dash(const std::string& text) { return text.empty() ? "-" : escape_for_log(text); }

}  // namespace harbinger
