// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): what server cookies are signed with.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace harbinger::cookies {

/// The 64 bits of the paper; as octets, lowest first.
std::uint64_t siphash(const std::array<std::uint8_t, 16>& key, std::span<const std::uint8_t> data) noexcept;

}  // namespace harbinger::cookies
