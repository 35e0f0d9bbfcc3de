// Points of time as traces write them.
#pragma once

#include "persona/log_times.h"

namespace harbinger::replay {

using persona::parse_clf_time;
using persona::parse_number;
using persona::parse_time;

}  // namespace harbinger::replay
