// harbingerctl persona: lists, explains and changes the personas of an engine.
#pragma once

#include "server/ctl/command_line.h"

namespace harbinger::ctl {

/// Prints what the engine says; the code to exit with.
int run_persona(const CommandLine& line);

}  // namespace harbinger::ctl
