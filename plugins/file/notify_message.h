// The message that tells of a changed zone, and the answer to it (RFC 1996).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <harbinger/rr.h>
#include <harbinger/tsig.h>

namespace harbinger::file {

/// For the zone whose SOA this is; signed when `client` is there.
Result<std::vector<std::uint8_t>> notify_message(std::uint16_t id, const Record& soa, TsigClient* client, TsigTime now);

/// What `reply` says to the notification of that id about `zone`; nothing if it is no answer to it.
std::optional<Rcode> notify_answer(std::span<const std::uint8_t> reply, std::uint16_t id, const Name& zone);

}  // namespace harbinger::file
