// Octets as letters: hex, base64 and base32hex (RFC 4648).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace harbinger::wire {

using OctetVector = std::vector<std::uint8_t>;

/// Upper case.
void append_hex(std::string& text, std::span<const std::uint8_t> octets);
/// With padding.
void append_base64(std::string& text, std::span<const std::uint8_t> octets);
/// Upper case, without padding (RFC 5155 sec. 3.3).
void append_base32hex(std::string& text, std::span<const std::uint8_t> octets);

/// Letters of either case. Nullopt for anything that the functions above could not have written.
std::optional<OctetVector> decode_hex(std::string_view text);
std::optional<OctetVector> decode_base64(std::string_view text);
std::optional<OctetVector> decode_base32hex(std::string_view text);

}  // namespace harbinger::wire
