// A publication as records at a name.
#pragma once

#include <optional>
#include <string>

#include <harbinger/update.h>
#include "mirror/update_publisher.h"

namespace harbinger::mirror {

/// Where a publication is told; nothing where it is not told at all. Malformed: what is no name in the zone.
Result<std::optional<Name>> told_at(const UpdatePublisher::Settings& settings, const Publication& what);

/// Adds to the update that exactly these records stand at the name.
void write_records(const UpdatePublisher::Settings& settings, const Name& name, const Publication& what,
                   UpdateBuilder& update);

}  // namespace harbinger::mirror
