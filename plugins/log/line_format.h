// A line as the operator wants it: text with placeholders, taken apart once.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <harbinger/option_value.h>

#include "plugins/log/log_event.h"

namespace harbinger::querylog {

class LineFormat {
 public:
  static constexpr std::string_view kCommon =
      "{remote}:{port} - {>id} \"{type} {class} {name} {proto} {size} {>do} {>bufsize}\" {rcode} {>rflags} {rsize} "
      "{duration}";

  /// `common`, `combined`, or text with placeholders. The error names the placeholder that is unknown and those there are.
  static Result<LineFormat> parse(std::string_view text);

  /// Appends one line with its end. `when` is the calendar's time of the query. Whatever the client chose is escaped.
  void write(const LogEvent& event, std::chrono::system_clock::time_point when, std::string& out) const;

  const std::string& text() const { return text_; }

  using Field = void (*)(const LogEvent& event, std::chrono::system_clock::time_point when, std::string& out);

 private:
  std::string text_;
  std::vector<std::variant<std::string, Field>> pieces_;
};

}  // namespace harbinger::querylog

template <>
struct harbinger::OptionValue<harbinger::querylog::LineFormat> {
  static Result<querylog::LineFormat> parse(std::string_view text) { return querylog::LineFormat::parse(text); }
  static std::string show(const querylog::LineFormat& format) { return OptionValue<std::string>::show(format.text()); }
  static std::string_view form() { return "common|combined|TEXT"; }
};
