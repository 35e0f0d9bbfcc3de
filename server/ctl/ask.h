// One DNS question to one server, for tools: waits, and comes back over TCP when a reply was truncated.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/message.h>
#include <harbinger/result.h>

namespace harbinger::ctl {

/// The reply's octets; it is one to this question. Errors: unreachable, timeout, malformed.
Result<std::vector<std::uint8_t>> ask(const SocketAddress& server, const Question& question,
                                      std::span<const std::uint8_t> options, bool tcp,
                                      std::chrono::milliseconds patience);

}  // namespace harbinger::ctl
