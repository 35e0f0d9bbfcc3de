// Log lines for people: one interface, limited per cause, so that a flood of trouble cannot fill a disk.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace harbinger {

enum class LogLevel : unsigned char { debug, info, warning, error };

/// Takes finished lines. Thread-safe; may block briefly, so never called on the query path.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(LogLevel level, std::string_view line) = 0;
};

/// A sink that drops everything; the default of a library.
LogSink& null_log_sink();

/// What a part of the program writes to: each line begins with the prefix and a colon, `plugin/file: `. Cheap to copy,
/// thread-safe. At most ten lines a second for each `cause`; what was held back is counted and said in the next line of
/// that cause. Client profile tags are taken out of texts (tag_text.h).
class Logger {
 public:
  Logger();
  Logger(LogSink& sink, std::string prefix);

  void info(std::string_view cause, std::string_view text) const { write(LogLevel::info, cause, text); }
  void warning(std::string_view cause, std::string_view text) const { write(LogLevel::warning, cause, text); }
  void error(std::string_view cause, std::string_view text) const { write(LogLevel::error, cause, text); }
  void write(LogLevel level, std::string_view cause, std::string_view text) const;

  /// The same sink and limits under another prefix.
  Logger named(std::string prefix) const;

 private:
  struct Limits;
  LogSink* sink_;
  std::string prefix_;
  std::shared_ptr<Limits> limits_;
};

/// `text` with control characters, octets above 126, quotes and backslashes written as \DDD (decimal), so that a
/// hostile name cannot forge a line; and without client profile tags (tag_text.h).
std::string escape_for_log(std::string_view text);

}  // namespace harbinger
