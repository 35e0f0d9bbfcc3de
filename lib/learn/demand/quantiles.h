// How far counts lie from what was expected.
#pragma once

#include <harbinger/demand.h>
#include "learn/demand/line.h"
#include "learn/demand/shape.h"

namespace harbinger::demand {

/// The forecast that a blend is the middle of. Of a series of whole counts, small quantiles are whole, and the median is 0 where more than half of the intervals
/// can be expected to bring nothing.
DemandForecast::Forecast spread_out(const Line& line, std::size_t horizon, float blend);

/// `count` came where the blend was expected: quantiles move, so that they are met.
void learn_spread(Line& line, Shape& shape, std::size_t horizon, float blend, float count);

/// How many intervals bring nothing, and whether counts are whole.
void learn_kind(Line& line, float count);

}  // namespace harbinger::demand
