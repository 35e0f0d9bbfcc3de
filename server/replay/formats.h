// The formats that traces come in.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <harbinger/result.h>
#include "server/replay/record.h"

namespace harbinger::replay {

/// Reads the lines of one file after the other.
class LineFormat {
 public:
  using Use = std::function<void(const Record&)>;

  virtual ~LineFormat() = default;
  /// A new file begins: headers are read anew.
  virtual void begin_file() {}
  /// Hands the records of one line to `use`: none for comments, headers and rows that were there before. An error is the reason why the line
  /// cannot be read.
  virtual std::expected<void, std::string> read(std::string_view line, const Use& use) = 0;
};

/// Common and combined log format of web servers: `host ident user [time] "request" status bytes "referer" "user agent"`.
std::unique_ptr<LineFormat> make_clf_format();

/// Zeek's dns.log (tab separated, with its `#fields` line). Rows that repeat client, port, transaction id and query of an earlier row are
/// left out: taps see packets twice.
std::unique_ptr<LineFormat> make_zeek_dns_format();

/// Rows of columns, separated by tabs, commas, semicolons or spaces, whichever the first line has. `columns` says what they mean:
/// `client,time,resource` in their order (`-` leaves one out), or `client=host,time=ts` by the names (or numbers from 1) of the columns;
/// empty: by well-known names in the header line. An error when `columns` makes no sense.
Result<std::unique_ptr<LineFormat>> make_csv_format(std::string_view columns);

/// One session per line: resources separated by spaces; each line is another client, and there are no times.
std::unique_ptr<LineFormat> make_sequences_format();

/// The format called `name` (clf, zeek-dns, csv, sequences).
Result<std::unique_ptr<LineFormat>> make_format(std::string_view name, std::string_view columns);

}  // namespace harbinger::replay
