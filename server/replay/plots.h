// Pictures of results, as SVG.
#pragma once

#include <string>

#include "server/replay/results.h"

namespace harbinger::replay {

/// Coverage of the needs against waste, one line for each model, with the oracle as a level.
std::string coverage_plot(const Results& results);

/// Hit rate of the first guess over the judged part of the trace.
std::string hit_rate_plot(const Results& results);

}  // namespace harbinger::replay
