// The formats that logs and traces come in.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <harbinger/result.h>
#include "persona/log_record.h"

namespace harbinger::persona {

/// Why a line cannot be read: the kind, to be counted, and the reason, for people.
struct LogTrouble {
  enum class Kind : std::uint8_t { shape, time, number, limit };

  // A reason alone is a trouble with the shape, so that formats can say `return std::unexpected("expected a time")`.
  LogTrouble(const char* why) : text(why) {}             // NOLINT(google-explicit-constructor)
  LogTrouble(std::string why) : text(std::move(why)) {}  // NOLINT(google-explicit-constructor)
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

/// Common and combined log format of web servers: `host ident user [time] "request" status bytes "referer" "user agent"`; what nginx,
/// Apache and varnishncsa write by default. A number behind these, as of `$request_time`, is the seconds that it took.
std::unique_ptr<LogFormat> make_clf_format();

/// Zeek's dns.log (tab separated, with its `#fields` line). Rows that repeat client, port, transaction id and query of an earlier row are
/// left out: taps see packets twice.
std::unique_ptr<LogFormat> make_zeek_dns_format();

/// Zeek's http.log, likewise. Rows that repeat connection and place in it are left out.
std::unique_ptr<LogFormat> make_zeek_http_format();

/// An object of JSON a line. `mapping` says where our fields are: "client=remote_addr,resource=request.url,at=time", with dots into objects. Our
/// fields: client, resource (both needed), host (put before a resource that is a path), at, action, method, status, user_agent, outcome, type,
/// dwell, extent. An error when the mapping makes no sense.
Result<std::unique_ptr<LogFormat>> make_json_lines_format(std::string_view mapping);

/// By word: combined, zeek-dns, zeek-http, json. `mapping` is for json.
Result<std::unique_ptr<LogFormat>> make_log_format(std::string_view word, std::string_view mapping);

}  // namespace harbinger::persona
