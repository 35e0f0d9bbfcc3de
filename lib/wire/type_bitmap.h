// Sets of record types as NSEC and NSEC3 carry them (RFC 4034 sec. 4.1.2).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <harbinger/result.h>
#include <harbinger/rr.h>

namespace harbinger::wire {

/// Windows in rising order, each with 1..32 octets of which the last is not zero. No types at all is legal.
Result<void> check_type_bitmap(std::span<const std::uint8_t> bitmap);

/// The types in a bitmap that was checked, in rising order.
std::vector<RRType> read_type_bitmap(std::span<const std::uint8_t> bitmap);

/// Appends the bitmap of `types`, in any order and with doubles.
void write_type_bitmap(std::vector<RRType> types, std::vector<std::uint8_t>& out);

}  // namespace harbinger::wire
