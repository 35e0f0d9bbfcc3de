// Server cookies that all servers with one secret understand (RFC 9018).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include <harbinger/address.h>
#include <harbinger/edns.h>

namespace harbinger::cookies {

using Secret = std::array<std::uint8_t, 16>;
/// The whole option: 8 octets of the client, 16 of ours.
using CookieOctets = std::array<std::uint8_t, 24>;

/// Seconds since 1970, modulo 2^32 (RFC 9018 sec. 4.3).
using Timestamp = std::uint32_t;

/// A new cookie for this client at this time.
CookieOctets make_cookie(std::span<const std::uint8_t, 8> client_cookie, const IpAddress& client, const Secret& secret,
                         Timestamp now) noexcept;

/// How old a cookie of ours is, in seconds; below 0 when it is from the future. Nothing when none of `secrets` made it for this client, or it
/// is outside of the time for which cookies hold: an hour back, five minutes ahead (RFC 9018 sec. 4.3).
std::optional<std::int32_t> age_of(const Cookie& cookie, const IpAddress& client, std::span<const Secret> secrets,
                                   Timestamp now) noexcept;

/// From this age on clients get a new one (RFC 9018 sec. 4.3).
inline constexpr std::int32_t kRenewAfter = 30 * 60;

}  // namespace harbinger::cookies
