// Mnemonics of DNSSEC algorithms, as zone files may have them (RFC 4034 app. A.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace harbinger::wire {

/// `13` or `ECDSAP256SHA256`, without case.
std::optional<std::uint8_t> dnssec_algorithm_from_text(std::string_view text);

}  // namespace harbinger::wire
