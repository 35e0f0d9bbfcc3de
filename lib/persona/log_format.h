// The formats that logs and traces come in.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "persona/log_record.h"

namespace harbinger::persona {

/// Why a line cannot be read: the kind, to be counted, and the reason, for people.
struct LogTrouble {
  enum class Kind : std::uint8_t { shape, time, number, limit };

  LogTrouble(const char* why) : text(why) {}
  LogTrouble(std::string why) : text(std::move(why)) {}
  LogTrouble(Kind of, std::string why) : kind(of), text(std::move(why)) {}

  Kind kind = Kind::shape;
  std::string text;
};

/// Reads the lines of one file after the other.
class LogFormat {
 public:
  using Use = std::function<void(const LogRecord&)>;

  virtual ~LogFormat() = default;
  /// A new file begins: headers are read anew.
  virtual void begin_file() {}
  /// Hands the records of one line to `use`: none for comments, headers and rows that were there before. An error is the reason why the line
  /// cannot be read.
  virtual std::expected<void, LogTrouble> read(std::string_view line, const Use& use) = 0;
};

/// Common and combined log format of web servers: `host ident user [time] "request" status bytes "referer" "user agent"`.
std::unique_ptr<LogFormat> make_clf_format();

/// Zeek's dns.log (tab separated, with its `#fields` line). Rows that repeat client, port, transaction id and query of an earlier row are
/// left out: taps see packets twice.
std::unique_ptr<LogFormat> make_zeek_dns_format();

}  // namespace harbinger::persona
