#include <harbinger/option_value.h>

#include <array>
#include <cmath>

namespace harbinger {

namespace detail {

namespace {

struct Unit {
  std::string_view word;
  std::uint64_t size;
};

constexpr std::array kDurationUnits{
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"µs", 1'000},
    Unit{"ms", 1'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"h", 3'600'000'000'000},
    Unit{"d", 86'400'000'000'000},
    Unit{"w", 604'800'000'000'000},
};

constexpr std::array kSizeUnits{
    Unit{"TiB", 1ull << 40},
    Unit{"GiB", 1ull << 30},
    Unit{"MiB", 1ull << 20},
    Unit{"KiB", 1ull << 10},
    Unit{"TB", 1'000'000'000'000},
    Unit{"GB", 1'000'000'000},
    Unit{"MB", 1'000'000},
    Unit{"KB", 1'000},
    Unit{"kB", 1'000},
    Unit{"B", 1},
    Unit{"", 1},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `word` from the front of `text`; the longest unit wins, so `ms` is not minutes.
template <class Units>
const Unit* take_unit(std::string_view& text, const Units& units) {
  std::size_t length = 0;
  while (length < text.size() && !is_digit(text[length]) && text[length] != '.') ++length;
  for (const auto& unit : units) {
    if (unit.word != text.substr(0, length)) continue;
    text.remove_prefix(length);
    return &unit;
  }
  return nullptr;
}

// The digits in front of `text`; false when there are none or they exceed 64 bits.
bool take_digits(std::string_view& text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// `.5` of a unit; digits that a unit has no room for are dropped.
bool take_fraction(std::string_view& text, std::uint64_t& digits, std::uint64_t& scale) {
  digits = 0, scale = 1;
  if (text.empty() || text[0] != '.') return true;
  text.remove_prefix(1);
  if (text.empty() || !is_digit(text[0])) return false;
  for (; !text.empty() && is_digit(text[0]); text.remove_prefix(1)) {
    if (scale >= 1'000'000'000) continue;
    digits = digits * 10 + static_cast<std::uint64_t>(text[0] - '0');
    scale *= 10;
  }
  return true;
}

bool add_product(std::uint64_t& sum, std::uint64_t count, std::uint64_t size) {
  std::uint64_t product = 0;
  return !__builtin_mul_overflow(count, size, &product) && !__builtin_add_overflow(sum, product, &sum);
}

std::unexpected<Error> not_a_duration() { return fail(ErrorCode::malformed, "a duration such as 30s or 1h"); }
std::unexpected<Error> not_a_size() { return fail(ErrorCode::malformed, "a size such as 4096, 64MiB or 10MB"); }

}  // namespace

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text.empty()) return not_a_duration();
  std::uint64_t sum = 0;
  bool first = true;
  for (; !text.empty(); first = false) {
    std::uint64_t whole = 0, fraction = 0, scale = 1;
    if (!take_digits(text, whole) || !take_fraction(text, fraction, scale)) return not_a_duration();
    static constexpr Unit seconds{"", 1'000'000'000};
    const auto* unit = text.empty() && first ? &seconds : take_unit(text, kDurationUnits);
    if (!unit || !add_product(sum, whole, unit->size)) return not_a_duration();
    // unit * fraction / scale in two steps, since the product may exceed 64 bits; fraction < scale <= 1e9.
    const auto part = unit->size / scale * fraction + unit->size % scale * fraction / scale;
    if (!add_product(sum, part, 1)) return not_a_duration();
  }
  if (sum > static_cast<std::uint64_t>(std::chrono::nanoseconds::max().count())) return not_a_duration();
  return std::chrono::nanoseconds(static_cast<std::int64_t>(sum));
}

std::string show_duration(std::chrono::nanoseconds duration) {
  constexpr std::array shown{kDurationUnits[6], kDurationUnits[5], kDurationUnits[4],
                             kDurationUnits[3], kDurationUnits[1], kDurationUnits[0]};
  auto left = static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count());
  std::string text;
  for (const auto& unit : shown) {
    const auto count = left / unit.size;  // NOLINT(clang-analyzer-core.DivideZero): units have sizes
    if (count > 0) text += std::to_string(count).append(unit.word);
    left -= count * unit.size;
  }
  return text.empty() ? "0s" : text;
}

std::string wanted_duration(std::int64_t tick_ns) {
  if (tick_ns == 1'000'000'000) return "a duration in whole seconds such as 30s or 1h";
  if (tick_ns == 1'000'000) return "a duration in whole milliseconds such as 500ms or 3s";
  return "a duration that is a multiple of " + show_duration(std::chrono::nanoseconds(tick_ns));
}

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  std::uint64_t count = 0, bytes = 0;
  if (!take_digits(text, count)) return not_a_size();
  const auto* unit = take_unit(text, kSizeUnits);
  if (!unit || !text.empty() || !add_product(bytes, count, unit->size)) return not_a_size();
  return bytes;
}

std::string show_byte_size(std::uint64_t bytes) {
  for (const auto& unit : kSizeUnits)
    if (bytes > 0 && unit.word.ends_with("iB") && bytes % unit.size == 0)
      return std::to_string(bytes / unit.size).append(unit.word);
  return std::to_string(bytes);
}

std::string show_number(double value) {
  std::array<char, 64> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

std::string show_text(std::string_view text) {
  if (!text.empty() && text.find_first_of(" \t\r\n\"{}#\\") == text.npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string wanted_number(bool is_signed, bool small, std::int64_t lowest, std::uint64_t highest) {
  if (small) return "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest);
  if (is_signed) return "a whole number of at most " + std::to_string(highest);
  return "a whole number from 0 to " + std::to_string(highest);
}

}  // namespace detail

Result<bool> OptionValue<bool>::parse(std::string_view text) {
  if (text == "on" || text == "true" || text == "yes") return true;
  if (text == "off" || text == "false" || text == "no") return false;
  return fail(ErrorCode::malformed, "on or off");
}

Result<double> OptionValue<double>::parse(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    return fail(ErrorCode::malformed, "a number such as 0.5");
  return value;
}

Result<std::filesystem::path> OptionValue<std::filesystem::path>::parse(std::string_view text) {
  if (text.empty() || text.find('\0') != text.npos) return fail(ErrorCode::malformed, "the path of a file");
  return std::filesystem::path(text);
}

Result<ByteSize> OptionValue<ByteSize>::parse(std::string_view text) {
  const auto bytes = detail::parse_byte_size(text);
  if (!bytes) return fail(bytes.error());
  return ByteSize{*bytes};
}

}  // namespace harbinger
