// What has to be asked for so that a cache holds a resource.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <harbinger/hints.h>
#include <harbinger/result.h>

namespace harbinger::edge {

/// A request's host, path and range. Texts that mean the same to the cache give the same target.
struct FetchTarget {
  std::string host;  ///< in lower case, with a port that is not the usual one
  std::string path;  ///< begins with /; with the query, without what stands behind #
  std::optional<ByteRange> range{};

  std::string whole() const { return host + path; }
  /// Names the resource, or the part of it.
  std::string key() const;
  /// `bytes=0-65535`; empty for a whole resource.
  std::string range_field() const;
  /// Of the path's last name, with the dot, in lower case, eight letters at most; else empty.
  std::string extension() const;
};

/// Of a URL, `host/path`, or `/path` at `host_of_origin`, and of parts of these as fragment_text() writes them. Malformed: anything else, and what could not stand
/// in a request's head.
Result<FetchTarget> read_target(std::string_view resource, std::string_view host_of_origin);

}  // namespace harbinger::edge
