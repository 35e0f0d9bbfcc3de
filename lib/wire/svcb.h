// Service parameters of SVCB and HTTPS (RFC 9460).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>

namespace harbinger::wire {

/// Keys in rising order, each once, values as their keys want them, and every mandatory key there (RFC 9460 sec. 2.2
/// and 8).
Result<void> check_svc_params(std::span<const std::uint8_t> params);

}  // namespace harbinger::wire
