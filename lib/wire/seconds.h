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

/// More than any field of a record holds.
inline constexpr std::uint64_t kMostSeconds = std::uint64_t{1} << 40;
/// `3600`, or numbers with the units w d h m s: `1h30m`. What is more than kMostSeconds reads as that.
std::optional<std::uint64_t> seconds_from_text(std::string_view text);
/// As above, up to 32 bits.
std::optional<std::uint32_t> ttl_from_text(std::string_view text);

}  // namespace harbinger::wire
