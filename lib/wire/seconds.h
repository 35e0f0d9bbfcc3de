// Points and spans of time in record data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace harbinger::wire {

/// Seconds since 1970 as YYYYMMDDHHmmSS (RFC 4034 sec. 3.2).
std::string time_to_text(std::uint32_t seconds);
/// As above, or plain seconds of up to ten digits.
std::optional<std::uint32_t> time_from_text(std::string_view text);

/// `3600`, or with units: `1h30m`, `2w`.
std::optional<std::uint32_t> ttl_from_text(std::string_view text);

}  // namespace harbinger::wire
