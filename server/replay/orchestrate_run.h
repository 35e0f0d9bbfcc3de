// `harbinger-replay --orchestrate`: from its flags to what came out.
#pragma once

#include <string>

#include "server/replay/command_line.h"
#include "server/replay/progress.h"

namespace harbinger::replay {

struct OrchestrateReport {
  std::string table, json, plot;  ///< plot: SVG; empty where there is nothing to draw
};
inline const std::string& to_table(const OrchestrateReport& report) { return report.table; }
inline const std::string& to_json(const OrchestrateReport& report) { return report.json; }

/// malformed where the files hold nothing that can be judged.
Result<OrchestrateReport> judge_orchestration(const CommandLine& line, Progress& progress);

}  // namespace harbinger::replay
