// A clock that goes on while this process is stopped and while the machine sleeps: what leases are held against.
#pragma once

#include <harbinger/clock.h>

namespace harbinger::mirror {

/// CLOCK_BOOTTIME. Its times must not be mixed with those of system_clock(). Lives for the whole process.
const Clock& boot_clock();

}  // namespace harbinger::mirror
