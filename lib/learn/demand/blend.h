// How the ways to forecast are blended.
#pragma once

#include "learn/demand/line.h"
#include "learn/demand/shape.h"
#include "learn/demand/ways.h"

namespace harbinger::demand {

/// How much each way counts, together 1: the less it erred of late, the more, times what it was found to add to the others. Series of which little was judged
/// go by their cluster.
Guesses weights(const Line& line, const Shape& shape, std::size_t horizon);

/// `guesses` were blended into `blend`, and `count` came. Ways on whose side of the blend it lies gain favour, those on the other side lose it
/// (exponentiated gradient, Kivinen and Warmuth 1997): so the blend comes near the best one, which may be better than every way.
void learn_favour(Line& line, std::size_t horizon, const Guesses& guesses, float blend, float count);

}  // namespace harbinger::demand
