#include "server/replay/trace.h"

namespace harbinger::replay {

Access Trace::access(const Visit& visit) const {
  return {.at = visit.at,
          .client = visit.client + 1ULL,  // 0 is nobody in particular
          .resource = resources.text(visit.resource),
          .outcome = visit.outcome,
          .type = visit.type,
          .ttl_s = visit.ttl_s,
          .size_bytes = visit.size_bytes,
          .latency_us = visit.latency_us};
}

}  // namespace harbinger::replay
