// What kind of machine says so in its User-Agent field.
#pragma once

#include <string_view>

#include <harbinger/behaviour.h>

namespace harbinger::persona {

/// The class that a User-Agent tells of; `unknown` where it tells of none. What comes from the field is the client's own word: good enough to tell
/// behaviour apart, never for rights. Looks at the first 512 octets. No lock, no allocation.
DeviceClass device_of(std::string_view user_agent) noexcept;

}  // namespace harbinger::persona
