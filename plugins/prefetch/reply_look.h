// What foresight wants to know of a reply: how it ended, and how long it holds.
#pragma once

#include <cstdint>
#include <span>

#include "plugins/outcome.h"

namespace harbinger::prefetch {

/// The smallest TTL of the answers; of a denial, that of its SOA record. 0 when there is none. `wire` is a message of our own, so it is
/// well formed.
std::uint32_t ttl_of(std::span<const std::uint8_t> wire) noexcept;

}  // namespace harbinger::prefetch
