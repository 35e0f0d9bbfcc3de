// What the head of a response means for the job that asked for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <harbinger/hints.h>
#include "edge/messages.h"

namespace harbinger::edge {

/// Fields of a response, as they came; empty when there are none, and joined by commas when there are several.
struct ResponseHead {
  unsigned status = 0;
  std::optional<std::uint64_t> length{};  ///< of the body, when the head tells
  std::string cache_control{}, age{}, expires{}, date{};
  std::string content_range{}, retry_after{}, vary{};
  std::string cache_status{};    ///< RFC 9211
  std::string x_cache_status{};  ///< as nginx is told to write it, or X-Cache
  std::string x_varnish{};
  bool sets_cookie = false;
};

struct FetchVerdict {
  /// If the body comes to its end: fetched, cached, refused or failed.
  JobDone::Outcome outcome = JobDone::Outcome::fetched;
  bool origin_in_trouble = false;                   ///< the job is not to blame: its host is asked again later
  std::chrono::milliseconds pause{};                ///< that the origin asked for
  bool ignored_range = false;                       ///< a part was asked for, and the whole comes
  bool gave_range = false;                          ///< a part was asked for, and comes
  std::uint64_t enough = 0;                         ///< octets of the body that are wanted; 0: all
  std::optional<std::uint64_t> whole_bytes{};       ///< of the whole resource
  std::optional<std::chrono::seconds> fresh_for{};  ///< when the response tells
  std::string why{};                                ///< of refused and failed
};

FetchVerdict judge(const ResponseHead& head, const std::optional<ByteRange>& asked,
                   std::chrono::system_clock::time_point now);

}  // namespace harbinger::edge
