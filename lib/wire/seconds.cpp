#include "wire/seconds.h"

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

std::optional<std::uint32_t> ttl_from_text(std::string_view text) {
  if (const auto plain = parse_number<std::uint32_t>(text)) return plain;
  if (text.empty()) return std::nullopt;
  std::uint64_t total = 0;
  while (!text.empty()) {
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
    const auto amount = parse_number<std::uint32_t>(text.substr(0, digits));
    const auto unit = unit_of(text[digits]);
    if (!amount || !unit) return std::nullopt;
    total += std::uint64_t{*amount} * *unit;
    if (total > 0xffffffff) return std::nullopt;
    text.remove_prefix(digits + 1);
  }
  return static_cast<std::uint32_t>(total);
}

}  // namespace harbinger::wire
