// The simple ways to forecast.
#pragma once

#include <array>

#include "learn/demand/line.h"
#include "learn/demand/shape.h"

namespace harbinger::demand {

/// What holds for all series of a cluster at one step and horizon.
struct Moment {
  Hour now{}, then{};  ///< the interval that just ended; the one that is forecast
  float weekday = 1;   ///< the cluster's hour then, over that hour of other days
  float rhythm = 1;    ///< the cluster's shape then, over that of late
  float faded = 0;     ///< sum of a trend that fades, over the steps
};

using Guesses = std::array<float, kWays>;

/// What each way says of the count `moment.then` steps from now. Not negative.
Guesses guess(const Line& line, const Moment& moment);

/// Steps of a trend that fades, together.
float faded_steps(unsigned ahead);

/// The usual count at that hour of a day, whichever day it is.
float usual_of(const Line& line, const Hour& hour);
/// How fast the usual count of an hour follows intervals that are this part of an hour.
float day_rate(float of_hour);
/// The interval brought `count`, at this hour, of a weekday on which the cluster wants that many times its usual.
void learn(Line& line, float count, const Hour& hour, float weekday, float day_rate);

}  // namespace harbinger::demand
