#include <harbinger/log.h>

#include <harbinger/tag_text.h>

#include "base/log_limit.h"

namespace harbinger {

namespace {

class NullSink final : public LogSink {
 public:
  void write(LogLevel, std::string_view) override {}
};

}  // namespace

LogSink& null_log_sink() {
  static NullSink sink;
  return sink;
}

struct Logger::Limits {
  LogLimit limit;
};

// Without limits nothing is written, so a default-made logger costs one comparison.
Logger::Logger() : sink_(&null_log_sink()) {}

Logger::Logger(LogSink& sink, std::string prefix)
    : sink_(&sink), prefix_(std::move(prefix)), limits_(std::make_shared<Limits>()) {}

void Logger::write(LogLevel level, std::string_view cause, std::string_view text) const {
  if (!limits_) return;
  const auto held_back = limits_->limit.pass(cause, system_clock().now());
  if (!held_back) return;

  std::string line;
  if (!prefix_.empty()) line.append(prefix_).append(": ");
  line.append(without_tags(text));
  if (*held_back > 0) line.append(" (" + std::to_string(*held_back) + " like this were held back)");
  sink_->write(level, line);
}

Logger Logger::named(std::string prefix) const {
  Logger other = *this;
  other.prefix_ = std::move(prefix);
  return other;
}

std::string escape_for_log(std::string_view tagged) {
  const auto text = without_tags(tagged);
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet < 0x7f && c != '"' && c != '\'' && c != '\\') {
      escaped += c;
      continue;
    }
    escaped += '\\';
    escaped += static_cast<char>('0' + octet / 100);
    escaped += static_cast<char>('0' + octet / 10 % 10);
    escaped += static_cast<char>('0' + octet % 10);
  }
  return escaped;
}

}  // namespace harbinger
