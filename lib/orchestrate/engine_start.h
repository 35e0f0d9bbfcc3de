// An engine with a journal that somebody else has opened.
#pragma once

#include <memory>

#include "orchestrate/engine.h"
#include "orchestrate/orchestration_journal.h"

namespace harbinger::orchestrate {

Result<std::unique_ptr<OrchestrationEngine>> start_engine(OrchestrationEngine::Settings settings,
                                                          OrchestrationEngine::World world,
                                                          std::unique_ptr<OrchestrationJournal> journal);

}  // namespace harbinger::orchestrate
