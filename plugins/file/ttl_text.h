// TTLs as zone files write them: seconds, or numbers with units such as 1h30m.
#pragma once

#include <cstdint>
#include <string_view>

#include <harbinger/result.h>

namespace harbinger::file {

/// `3600`, `1h30m`, `2W`: at most 2^31-1 seconds (RFC 2181 sec. 8).
Result<std::uint32_t> parse_ttl(std::string_view text);

}  // namespace harbinger::file
