// harbinger-edge, put together.
#pragma once

#include <functional>
#include <iosfwd>

#include <harbinger/log.h>
#include "server/edge/command_line.h"

namespace harbinger::edge {

/// Runs until `stop` returns. The exit code.
int run(const CommandLine& line, LogSink& log, std::ostream& out, std::ostream& errors,
        const std::function<void()>& stop);

}  // namespace harbinger::edge
