// Points of time as logs and traces write them.
#pragma once

#include <optional>
#include <string_view>

#include <harbinger/access.h>

namespace harbinger::persona {

/// `09/Apr/2012:23:58:56 -0700`
std::optional<UnixMillis> parse_clf_time(std::string_view text);
/// Seconds since 1970 with or without a fraction, milliseconds when they are too many for seconds, or ISO 8601
/// (`2012-04-09T23:58:56.25Z`; a space for the T, an offset for the Z, or neither for UTC).
std::optional<UnixMillis> parse_time(std::string_view text);

/// A decimal number that is all of `text`.
template <class T>
std::optional<T> parse_number(std::string_view text);

}  // namespace harbinger::persona
