// How long a shared cache may give a response without asking again (RFC 9111 section 4.2).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace harbinger::edge {

/// Fields of a response, empty when there are none; several lines of Cache-Control joined by commas. `now` stands for a missing Date.
struct FreshnessFields {
  std::string_view cache_control{}, age{}, expires{}, date{};
};

/// What is left of it, zero when it may not be kept at all, or is stale already; nothing when the response does not say.
std::optional<std::chrono::seconds> fresh_for(const FreshnessFields& fields, std::chrono::system_clock::time_point now);

/// `Sun, 06 Nov 1994 08:49:37 GMT`. The obsolete forms count as none.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

}  // namespace harbinger::edge
