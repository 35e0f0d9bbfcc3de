// Service parameters of SVCB and HTTPS (RFC 9460).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <harbinger/result.h>
#include <harbinger/rr.h>

namespace harbinger::wire {

/// Keys in rising order, each once, values as their keys want them, and every mandatory key there (RFC 9460 sec. 2.2
/// and 8).
Result<void> check_svc_params(std::span<const std::uint8_t> params);

/// Parameters that were checked, in presentation form: `alpn="h2,h3" port="8443"`.
void append_svc_params(std::string& text, std::span<const std::uint8_t> params);

/// From words, in any order of keys; appended in rising order.
Result<void> svc_params_from_words(std::span<const Word> words, std::vector<std::uint8_t>& out);

}  // namespace harbinger::wire
