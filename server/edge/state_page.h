// What an edge says of itself to operators.
#pragma once

#include <string>

#include "edge/agent.h"

namespace harbinger::edge {

/// GET /v1/edge: JSON.
std::string state_page(const Hello& hello, const Agent::State& state);

}  // namespace harbinger::edge
