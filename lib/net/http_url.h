// Where something is on the web: `http://HOST[:PORT][/PATH]`, or `https://`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace harbinger::net {

struct HttpUrl {
  bool secure = false;
  std::string authority{};  ///< host and port as they were written
  std::string host{};       ///< a name or an address, without brackets
  std::uint16_t port = 80;  ///< 443 where it is secure, unless another one was written
  std::string path{};       ///< with its query, as it was written; may be empty

  /// Nothing for another scheme, no host, or what is no port.
  static std::optional<HttpUrl> parse(std::string_view text);
};

/// A value within a URL: everything but letters, digits and `-._~` as %XX (RFC 3986 sec. 2.1).
std::string url_escaped(std::string_view value);

}  // namespace harbinger::net
