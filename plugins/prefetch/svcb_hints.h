// Hints that go with a resource rather than a client, within SVCB and HTTPS records.
#pragma once

#include <span>

#include <harbinger/reply.h>

namespace harbinger::prefetch {

inline constexpr std::uint16_t kHintKey = 65314;

/// Adds `hints` as a service parameter to every record of `type` that is no alias and has none yet (RFC 9460 sec. 2.2: keys in rising
/// order). A reply with signatures is left alone. True when something was added.
bool add_hints(Reply& reply, RRType type, std::span<const std::uint8_t> hints);

}  // namespace harbinger::prefetch
