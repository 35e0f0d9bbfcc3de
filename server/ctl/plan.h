// harbingerctl plan, apply, deny, history, why-plan and persona label: what a server is about to make for users, and what people say to it.
#pragma once

#include "server/ctl/command_line.h"

namespace harbinger::ctl {

/// Prints what the server says; the code to exit with.
int run_plan(const CommandLine& line);

}  // namespace harbinger::ctl
