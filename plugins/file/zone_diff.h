// The step from one zone to the next: what an edited master file changed.
#pragma once

#include <memory>

#include "plugins/file/zone.h"
#include "plugins/file/zone_history.h"

namespace harbinger::file {

/// The records that only one of the two has; a set whose TTL changed, whole. Null when the step would take more than `most_octets`, or when the
/// serial did not grow (RFC 1982): nobody could be told of such a step.
std::shared_ptr<const ZoneDelta> difference(const Zone& from, const Zone& to, std::size_t most_octets);

}  // namespace harbinger::file
