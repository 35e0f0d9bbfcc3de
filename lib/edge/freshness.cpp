#include "edge/freshness.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>

namespace harbinger::edge {

namespace {

using std::chrono::seconds;

// RFC 9111 sec. 1.2.2: what is larger counts as this.
constexpr std::int64_t kMostSeconds = std::int64_t{1} << 31;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<seconds> delta_seconds(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  std::int64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{}) value = kMostSeconds;
  return seconds(std::min(value, kMostSeconds));
}

// Cuts the next member off a list; commas between quotes do not count.
std::string_view next_member(std::string_view& list) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < list.size() && (quoted || list[end] != ','); ++end) {
    if (list[end] == '"') quoted = !quoted;
    if (quoted && list[end] == '\\') ++end;
  }
  end = std::min(end, list.size());
  const auto member = list.substr(0, end);
  list.remove_prefix(std::min(end + 1, list.size()));
  return trimmed(member);
}

std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

struct CacheControl {
  bool may_not = false;  // be kept by a shared cache, or be given without asking
  std::optional<seconds> max_age, s_maxage;
};

CacheControl parse_cache_control(std::string_view list) {
  CacheControl control;
  while (!list.empty()) {
    const auto member = next_member(list);
    const auto equals = member.find('=');
    const auto word = trimmed(member.substr(0, equals));
    const auto value = equals == member.npos ? std::string_view{} : unquoted(trimmed(member.substr(equals + 1)));
    // Those that name fields forbid only the fields (sec. 5.2.2.4 and 5.2.2.7).
    if (same_word(word, "no-store")) control.may_not = true;
    if ((same_word(word, "no-cache") || same_word(word, "private")) && value.empty()) control.may_not = true;
    // Of two the first counts, and what is no number is stale (sec. 4.2.1).
    if (same_word(word, "max-age") && !control.max_age) control.max_age = delta_seconds(value).value_or(seconds(0));
    if (same_word(word, "s-maxage") && !control.s_maxage) control.s_maxage = delta_seconds(value).value_or(seconds(0));
  }
  return control;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// A date that is none is in the past (sec. 5.3).
seconds lifetime_by_expires(const FreshnessFields& fields, std::chrono::system_clock::time_point now) {
  const auto expires = parse_http_date(fields.expires);
  const auto date = parse_http_date(fields.date);
  return expires ? *expires - date.value_or(std::chrono::floor<seconds>(now)) : seconds(0);
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  text = trimmed(text);
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = std::ranges::find(kMonths, text.substr(8, 3)) - kMonths.begin();
  const auto day = number(text.substr(5, 2)), year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2)), minute = number(text.substr(20, 2)),
             second = number(text.substr(23, 2));
  if (month == 12 || !day || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month) + 1),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + seconds(*second);
}

std::optional<seconds> fresh_for(const FreshnessFields& fields, std::chrono::system_clock::time_point now) {
  const CacheControl control = parse_cache_control(fields.cache_control);
  if (control.may_not) return seconds(0);
  auto lifetime = control.s_maxage ? control.s_maxage : control.max_age;
  if (!lifetime && !fields.expires.empty()) lifetime = lifetime_by_expires(fields, now);
  if (!lifetime) return std::nullopt;
  const auto age = delta_seconds(trimmed(fields.age)).value_or(seconds(0));
  return std::max(*lifetime - age, seconds(0));
}

}  // namespace harbinger::edge
