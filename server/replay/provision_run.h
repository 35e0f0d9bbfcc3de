// `harbinger-replay --provision`: from its flags to what came out.
#pragma once

#include "server/replay/command_line.h"
#include "server/replay/progress.h"
#include "server/replay/provision_replay.h"

namespace harbinger::replay {

/// malformed where the files hold nothing that can be judged.
Result<ProvisionResults> judge_provision(const CommandLine& line, Progress& progress);

}  // namespace harbinger::replay
