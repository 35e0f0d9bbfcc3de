#include "persona/log_times.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace harbinger::persona {

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

template std::optional<std::uint32_t> parse_number(std::string_view);
template std::optional<std::uint64_t> parse_number(std::string_view);
template std::optional<std::uint16_t> parse_number(std::string_view);
template std::optional<int> parse_number(std::string_view);
template std::optional<double> parse_number(std::string_view);

namespace {

// Two digits at `from`, or -1.
int pair_at(std::string_view text, std::size_t from) {
  if (from + 2 > text.size()) return -1;
  const auto value = parse_number<std::uint16_t>(text.substr(from, 2));
  return value ? *value : -1;
}

int month_of(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<int>(i) + 1;
  return 0;
}

std::optional<UnixMillis> millis_of(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (month < 1 || day < 1 || !date.ok()) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24LL + hour) * 60 + minute) * 60'000LL + second * 1000LL;
}

// "+0100", "-07:00"; how much local time is ahead.
std::optional<UnixMillis> offset_of(std::string_view text) {
  if (text.size() < 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int hours = pair_at(text, 1), minutes = pair_at(text, text[3] == ':' ? 4 : 3);
  if (hours < 0 || minutes < 0) return std::nullopt;
  return (hours * 60 + minutes) * (text[0] == '-' ? -60'000LL : 60'000LL);
}

std::optional<UnixMillis> parse_iso_time(std::string_view text) {
  const auto year = parse_number<int>(text.substr(0, 4));
  if (!year || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const auto at =
      millis_of(*year, pair_at(text, 5), pair_at(text, 8), pair_at(text, 11), pair_at(text, 14), pair_at(text, 17));
  auto rest = text.substr(19);
  double fraction = 0;
  if (rest.starts_with('.')) {
    const auto end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    fraction = parse_number<double>(rest.substr(0, end)).value_or(0);
    rest.remove_prefix(end);
  }
  const auto ahead = rest.empty() || rest == "Z" ? std::optional<UnixMillis>(0) : offset_of(rest);
  if (!at || !ahead) return std::nullopt;
  return *at + std::lround(fraction * 1000) - *ahead;
}

}  // namespace

std::optional<UnixMillis> parse_clf_time(std::string_view text) {
  if (text.size() < 20 || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':' || text[17] != ':')
    return std::nullopt;
  const auto year = parse_number<int>(text.substr(7, 4));
  if (!year) return std::nullopt;
  const auto at = millis_of(*year, month_of(text.substr(3, 3)), pair_at(text, 0), pair_at(text, 12), pair_at(text, 15),
                            pair_at(text, 18));
  const auto ahead = text.size() == 20 ? std::optional<UnixMillis>(0) : offset_of(text.substr(21));
  if (!at || !ahead) return std::nullopt;
  return *at - *ahead;
}

std::optional<UnixMillis> parse_time(std::string_view text) {
  if (text.size() >= 19 && text[4] == '-') return parse_iso_time(text);
  const auto number = parse_number<double>(text);
  constexpr double kTooManySeconds = 1e11;  // the year 5138
  constexpr double kTooManyMillis = 1e14;
  if (!number || !std::isfinite(*number) || *number < 0 || *number > kTooManyMillis) return std::nullopt;
  return std::llround(*number > kTooManySeconds ? *number : *number * 1000);
}

}  // namespace harbinger::persona
