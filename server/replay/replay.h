// harbinger-replay without its main: trace in, report out.
#pragma once

#include "server/replay/command_line.h"

namespace harbinger::replay {

/// Does what the flags ask for. Tables go to standard output, everything else to standard error. Returns the exit code.
int run(const CommandLine& line);

}  // namespace harbinger::replay
