// What comes over a session is looked at before anybody believes it; what would not get through the other end's door is not sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <harbinger/address.h>
#include <harbinger/result.h>
#include "edge/messages.h"

namespace harbinger::edge {

inline constexpr std::size_t kMostText = 255;       ///< octets of a name or resource
inline constexpr std::size_t kMostSuccessors = 64;  ///< of a line
inline constexpr std::size_t kMostParts = 4096;     ///< of a message
inline constexpr float kMostRttMs = 60'000;

/// 1 to 255 printable ASCII characters without blanks.
bool is_name(std::string_view text) noexcept;

/// What was found: a part that is `refused` must not be used, whole; one that is `cut` may be, it has been changed.
enum class Found : std::uint8_t { fine, cut, refused };

/// Each makes its argument usable if it can. Ranges are those of edge.proto.
Found tidy(Status& status);
Found tidy(Latency& latency);
Found tidy(Fetched& access, UnixMillis now);
Found tidy(JobDone& done);
Found tidy(Job& job);
Found tidy(Line& line);
/// `malformed` says what is wrong; numbers are cut.
Result<void> tidy(Hello& hello);

/// Whether this is the time of a way.
bool is_rtt(float milliseconds) noexcept;

}  // namespace harbinger::edge
