// Whether an engine can be started with what it is told.
#pragma once

#include "orchestrate/engine.h"

namespace harbinger::orchestrate {

/// Errors say which setting, and what would be right.
Result<void> check(const OrchestrationEngine::Settings& settings, const OrchestrationEngine::World& world);

}  // namespace harbinger::orchestrate
