// Files of a trace into memory.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <harbinger/result.h>
#include "server/replay/complaints.h"
#include "server/replay/filters.h"
#include "server/replay/formats.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

struct Reading {
  std::vector<std::string> files;  ///< "-" is standard input
  Filters filters;
  /// Called now and then with the share of all files that has been read, 0 to 1.
  std::function<void(double)> progress = [](double) {};
};

/// How many records there were.
struct ReadCounts {
  std::uint64_t lines = 0, records = 0, kept = 0;
};

/// Appends what the files hold to `trace` and puts it in the order of time. Lines that cannot be read, and files that end in the middle, are
/// complained about and reading goes on. An error only when a file cannot be opened at all.
Result<ReadCounts> read_trace(const Reading& reading, LineFormat& format, Complaints& complaints, Trace& trace);

}  // namespace harbinger::replay
