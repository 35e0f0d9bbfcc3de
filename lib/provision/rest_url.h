// Where an interface over HTTP is: `https://HOST[:PORT][/PATH]`.
#pragma once

#include <string>
#include <string_view>

#include <harbinger/result.h>
#include "net/http_url.h"

namespace harbinger::provision {

using net::url_escaped;

struct RestUrl {
  bool secure = true;
  std::string host{};  ///< a name or an address, without brackets
  std::uint16_t port = 443;
  std::string path{};  ///< that targets are put behind; does not end with /

  /// `malformed` for what is no such URL, or says who asks, or has a query.
  static Result<RestUrl> parse(std::string_view text);
  /// As a Host field has it: without a port that is the usual one.
  std::string authority() const;
  std::string to_string() const;
  friend bool operator==(const RestUrl&, const RestUrl&) = default;
};

}  // namespace harbinger::provision
