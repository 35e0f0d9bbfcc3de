// Is this message the reply to that question? The part of RFC 5452 sec. 9.1 that looks into the message.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace harbinger::net {

using Octets = std::span<const std::uint8_t>;

/// The question section of a query that has exactly one question with an uncompressed name; nullopt for everything else.
std::optional<Octets> question_of(Octets query);

/// True when `reply` is a reply (QR) of kind QUERY with this id, and its one question has the same name (without case), type and class.
bool replies_to(Octets reply, std::uint16_t id, Octets question);

}  // namespace harbinger::net
