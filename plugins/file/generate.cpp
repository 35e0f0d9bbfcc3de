#include "plugins/file/generate.h"

#include <charconv>
#include <cstdio>

namespace harbinger::file {

namespace {

constexpr std::uint32_t kLargestValue = 0x7fffffff;
constexpr int kWidest = 255;

// How one `$` is to be written.
struct Form {
  std::int64_t offset = 0;
  int width = 0;
  char base = 'd';
};

template <class Number>
bool read_number(std::string_view& text, Number& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

auto bad_form(std::string_view inside) {
  return fail(ErrorCode::malformed,
              "'${" + std::string(inside) +
                  "}' should be ${offset}, ${offset,width} or ${offset,width,base} with a width up to "
                  "255 and one of the bases d o x X n N");
}

Result<Form> parse_form(std::string_view inside) {
  Form form;
  std::string_view rest = inside;
  take(rest, '+');
  if (!read_number(rest, form.offset)) return bad_form(inside);
  if (form.offset > kLargestValue || form.offset < -std::int64_t{kLargestValue}) return bad_form(inside);
  if (take(rest, ',') && (!read_number(rest, form.width) || form.width < 0 || form.width > kWidest))
    return bad_form(inside);
  if (take(rest, ',')) {
    if (rest.size() != 1 || std::string_view("doxXnN").find(rest[0]) == std::string_view::npos) return bad_form(inside);
    form.base = rest[0];
    rest = {};
  }
  if (!rest.empty()) return bad_form(inside);
  return form;
}

// The width counts the dots too, as in BIND: ${0,3,n} of 1 is `1.0`.
void append_nibbles(std::string& out, std::uint64_t value, int width, bool upper) {
  const char* digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  do {
    out += digits[value & 15];
    value >>= 4;
    --width;
    if (value != 0 || width > 0) {
      out += '.';
      --width;
    }
  } while (value != 0 || width > 0);
}

Result<void> append_value(std::string& out, const Form& form, std::uint32_t value) {
  std::int64_t sum = std::int64_t{value} + form.offset;
  if (sum < 0) return fail(ErrorCode::malformed, "offset " + std::to_string(form.offset) + " makes a number below 0");
  auto number = static_cast<unsigned long long>(sum);
  if (form.base == 'n' || form.base == 'N') {
    append_nibbles(out, number, form.width, form.base == 'N');
    return {};
  }
  const char* format = form.base == 'o'   ? "%0*llo"
                       : form.base == 'x' ? "%0*llx"
                       : form.base == 'X' ? "%0*llX"
                                          : "%0*llu";
  char digits[kWidest + 32];
  int size = std::snprintf(digits, sizeof digits, format, form.width, number);
  out.append(digits, static_cast<std::size_t>(size));
  return {};
}

}  // namespace

Result<GenerateRange> GenerateRange::parse(std::string_view text) {
  GenerateRange range;
  std::string_view rest = text;
  bool well_formed = read_number(rest, range.start) && take(rest, '-') && read_number(rest, range.stop);
  if (well_formed && take(rest, '/')) well_formed = read_number(rest, range.step);
  if (!well_formed || !rest.empty() || range.step == 0 || range.start > kLargestValue || range.stop > kLargestValue)
    return fail(ErrorCode::malformed, "'" + std::string(text) + "' should be a range like 1-100 or 0-254/2");
  if (range.stop < range.start)
    return fail(ErrorCode::malformed, "the range '" + std::string(text) + "' ends before it starts");
  return range;
}

Result<std::string> expand_generate(std::string_view text, std::uint32_t value) {
  std::string out;
  while (!text.empty()) {
    char c = text[0];
    text.remove_prefix(1);
    if (c == '\\' && !text.empty()) {
      if (text[0] != '$') out += '\\';
      out += text[0];
      text.remove_prefix(1);
    } else if (c != '$') {
      out += c;
    } else if (take(text, '$')) {
      out += '$';
    } else {
      Form form;
      if (take(text, '{')) {
        std::size_t end = text.find('}');
        if (end == std::string_view::npos) return fail(ErrorCode::malformed, "'${' without a '}' behind it");
        Result<Form> parsed = parse_form(text.substr(0, end));
        if (!parsed) return fail(parsed.error());
        form = *parsed;
        text.remove_prefix(end + 1);
      }
      Result<void> written = append_value(out, form, value);
      if (!written) return fail(written.error());
    }
  }
  return out;
}

}  // namespace harbinger::file
