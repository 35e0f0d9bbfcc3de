// A trace in memory: who wanted what, in the order of time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/behaviour.h>
#include "server/replay/names.h"

namespace harbinger::replay {

/// One access. `client` and `resource` are numbers of the trace's Names.
struct Visit {
  UnixMillis at = 0;
  std::uint32_t client = 0, resource = 0;
  std::uint32_t size_bytes = 0, latency_us = 0, ttl_s = 0;
  std::uint16_t type = 0;
  Outcome outcome = Outcome::served;
  DeviceClass device = DeviceClass::unknown;  ///< as far as the user agent tells
};

struct Trace {
  std::string name;   ///< what it is called in reports
  bool timed = true;  ///< whether the times are real; otherwise visits are a second apart
  Names clients, resources;
  std::vector<Visit> visits;  ///< oldest first

  /// The access that a visit stands for. Borrows the trace.
  Access access(const Visit& visit) const;
};

}  // namespace harbinger::replay
