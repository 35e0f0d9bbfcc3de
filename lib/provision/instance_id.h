// Ids of instances: they become names of folders, containers and processes' records, so nothing else is let in.
#pragma once

#include <string_view>

#include <harbinger/result.h>

namespace harbinger::provision {

/// `malformed` unless it is 1 to 40 letters, digits and `-`, the first of them no `-`.
Result<void> check_instance_id(std::string_view id);

}  // namespace harbinger::provision
