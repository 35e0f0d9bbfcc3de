// What is judged: a trace in memory, and where judging begins.
#pragma once

#include <string>

#include <harbinger/result.h>
#include "server/replay/command_line.h"
#include "server/replay/progress.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

// A trace, and where judging begins.
struct Subject {
  Trace trace;
  std::size_t score_from = 0;
};

/// How reports call it: `--name`, or its files.
std::string name_of(const CommandLine& line);

/// The trace that the flags tell of, read or made up. malformed where nothing of it can be used.
Result<Subject> load(const CommandLine& line, Progress& progress);

}  // namespace harbinger::replay
