// The formats that traces come in.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <harbinger/result.h>
#include "persona/log_format.h"
#include "server/replay/record.h"

namespace harbinger::replay {

using LineFormat = persona::LogFormat;
using LineTrouble = persona::LogTrouble;
using persona::make_clf_format;
using persona::make_zeek_dns_format;

/// Rows of columns, separated by tabs, commas, semicolons or spaces, whichever the first line has. `columns` says what they mean:
/// `client,time,resource` in their order (`-` leaves one out), or `client=host,time=ts` by the names (or numbers from 1) of the columns;
/// empty: by well-known names in the header line. An error when `columns` makes no sense.
Result<std::unique_ptr<LineFormat>> make_csv_format(std::string_view columns);

/// One session per line: resources separated by spaces; each line is another client, and there are no times.
std::unique_ptr<LineFormat> make_sequences_format();

/// The format called `name` (clf, zeek-dns, csv, sequences).
Result<std::unique_ptr<LineFormat>> make_format(std::string_view name, std::string_view columns);

}  // namespace harbinger::replay
