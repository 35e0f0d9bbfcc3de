// One line of a trace as it was read, before it is filtered.
#pragma once

#include "persona/log_record.h"

namespace harbinger::replay {

using Record = persona::LogRecord;

}  // namespace harbinger::replay
