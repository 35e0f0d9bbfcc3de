// How somebody acts, as his program calls itself.
#pragma once

#include <string_view>

#include "orchestrate/activity.h"

namespace harbinger::orchestrate {

/// By the User-Agent field: a browser or a console's own name, a command line program, a library or a tool built on one, a service of the platform. The field
/// is its sender's own word: good enough to tell habits apart, never for rights. Looks at the first 512 octets. No lock, no allocation.
ActorClass actor_class_of(std::string_view agent) noexcept;

}  // namespace harbinger::orchestrate
