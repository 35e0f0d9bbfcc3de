#include "plugins/file/ttl_text.h"

#include <optional>
#include <string>

namespace harbinger::file {

namespace {

constexpr std::uint64_t kMostSeconds = 0x7fffffff;

std::optional<std::uint64_t> seconds_in(char unit) {
  switch (unit | 0x20) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    case 'w':
      return 604800;
    default:
      return std::nullopt;
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

auto not_a_ttl(std::string_view text) {
  return fail(
      ErrorCode::malformed,
      "'" + std::string(text) + "' is not a TTL; write seconds, or numbers with the units w d h m s like 1h30m");
}

}  // namespace

Result<std::uint32_t> parse_ttl(std::string_view text) {
  std::uint64_t total = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t from = at;
    std::uint64_t number = 0;
    while (at < text.size() && is_digit(text[at]) && number <= kMostSeconds) number = number * 10 + (text[at++] - '0');
    if (at == from) return not_a_ttl(text);
    std::uint64_t unit = 1;
    if (at < text.size() && !is_digit(text[at])) {
      std::optional<std::uint64_t> known = seconds_in(text[at++]);
      if (!known) return not_a_ttl(text);
      unit = *known;
    } else if (from > 0 && at == text.size()) {
      return not_a_ttl(text);  // 1h30: thirty what?
    }
    total += number * unit;
    if (total > kMostSeconds)
      return fail(ErrorCode::too_large, "TTL '" + std::string(text) + "' is larger than 2147483647 seconds");
  }
  if (text.empty()) return not_a_ttl(text);
  return static_cast<std::uint32_t>(total);
}

}  // namespace harbinger::file
