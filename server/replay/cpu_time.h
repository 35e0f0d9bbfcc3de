// How much processor time the calling thread has used.
#pragma once

#include <ctime>

namespace harbinger::replay {

inline double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace harbinger::replay
