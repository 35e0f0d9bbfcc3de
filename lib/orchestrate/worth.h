// Is it worth having a resource ready for somebody who may not come?
#pragma once

#include "orchestrate/engine.h"

namespace harbinger::orchestrate {

/// As a newsvendor decides how much to have in stock: what it would cost to have it in vain, against what it would cost to be without. In the operator's unit.
struct Worth {
  double idle = 0;        ///< expected, until it is asked for or given up
  double waiting = 0;     ///< expected, of a user who finds none
  double break_even = 1;  ///< the probability from which it pays; above 1: it never does
  bool pays = false;      ///< to make it
  bool stays =
      false;  ///< to keep it where it is there: below half of the break-even it is given up, so that no forecast's tremble makes and removes
};

/// What everything that is idle costs more by while a system is full: 1 while nothing is known of it, or it is idle, up to 20.
double scarcity(SystemLoad load);

/// `start`: until one that is ordered now is ready. `given_up`: so long it is kept unused at most.
Worth worth_of(const LikelyNeed& likely, const KindSettings& kind, Duration start, Duration given_up, SystemLoad load);

}  // namespace harbinger::orchestrate
