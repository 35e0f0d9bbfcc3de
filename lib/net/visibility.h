// Whether an answer is the one that is expected.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "net/dns_updater.h"

namespace harbinger::net {

/// Empty when the reply answers as expected; else what it says instead, in words.
std::string unlike(const Expected& expected, std::span<const std::uint8_t> reply);
/// Cut short: to be asked again over TCP.
bool is_truncated(std::span<const std::uint8_t> reply);

}  // namespace harbinger::net
