// Hashed names for denials (RFC 5155).
#pragma once

#include <optional>
#include <span>

#include "plugins/file/zone.h"

namespace harbinger::file {

/// Hashing more often would hand clients a way to keep us busy (RFC 9276 sec. 3.2).
inline constexpr std::uint16_t kMostNsec3Iterations = 150;

/// From the data of an NSEC3 or NSEC3PARAM record.
Nsec3Settings nsec3_settings_of(std::span<const std::uint8_t> rdata);

/// The hash that stands in base32hex in the first label (sec. 3); nullopt if it is none.
std::optional<Nsec3Hash> nsec3_hash_in(std::span<const std::uint8_t> labels);

/// Hash of a lower-cased wire name (sec. 5).
Nsec3Hash nsec3_hash(const Name& name, const Nsec3Settings& settings);

}  // namespace harbinger::file
