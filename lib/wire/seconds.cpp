#include "wire/seconds.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "wire/octets.h"
#include "wire/text.h"

namespace harbinger::wire {
namespace {

std::optional<std::uint32_t> unit_of(char letter) {
  switch (lower(static_cast<std::uint8_t>(letter))) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    case 'w':
      return 7 * 86400;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string time_to_text(std::uint32_t seconds) {
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d%02u%02u%02d%02d%02d", int{date.year()}, unsigned{date.month()},
                unsigned{date.day()}, static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return text;
}

std::optional<std::uint32_t> time_from_text(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != 14) return text.size() <= 10 ? parse_number<std::uint32_t>(text) : std::nullopt;
  const auto part = [&](std::size_t at, std::size_t size) { return parse_number<unsigned>(text.substr(at, size)); };
  const auto y = part(0, 4), mo = part(4, 2), d = part(6, 2), h = part(8, 2), mi = part(10, 2), s = part(12, 2);
  if (!y || !mo || !d || !h || !mi || !s || *h > 23 || *mi > 59 || *s > 59) return std::nullopt;

  const year_month_day date{year(static_cast<int>(*y)), month(*mo), day(*d)};
  if (!date.ok()) return std::nullopt;
  const std::int64_t total =
      sys_days(date).time_since_epoch().count() * std::int64_t{86400} + *h * 3600 + *mi * 60 + *s;
  if (total < 0 || total > 0xffffffff) return std::nullopt;
  return static_cast<std::uint32_t>(total);
}

std::optional<std::uint64_t> seconds_from_text(std::string_view text) {
  constexpr std::size_t kMostDigits = 18;
  const bool plain = text.find_first_not_of("0123456789") == std::string_view::npos;
  if (text.empty()) return std::nullopt;
  std::uint64_t total = 0;
  while (!text.empty()) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || (digits == text.size() && !plain)) return std::nullopt;  // 1h30: thirty what?
    const auto unit = plain ? 1 : unit_of(text[digits]);
    if (!unit) return std::nullopt;
    const auto amount = digits > kMostDigits ? kMostSeconds : *parse_number<std::uint64_t>(text.substr(0, digits));
    total = std::min(kMostSeconds, total + std::min(kMostSeconds, amount) * *unit);
    text.remove_prefix(std::min(digits + 1, text.size()));
  }
  return total;
}

std::optional<std::uint32_t> ttl_from_text(std::string_view text) {
  const auto seconds = seconds_from_text(text);
  if (!seconds || *seconds > 0xffffffff) return std::nullopt;
  return static_cast<std::uint32_t>(*seconds);
}

}  // namespace harbinger::wire
