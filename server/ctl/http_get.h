// One GET to a server's admin address.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <harbinger/result.h>

namespace harbinger::ctl {

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

/// `base` is `http://HOST[:PORT]`, perhaps with a path that `target` is put behind. Errors: malformed (the URL, or the answer), unreachable,
/// timeout, too_large (an answer over 16 MiB).
Result<HttpAnswer> http_get(std::string_view base, std::string_view target, std::string_view accept,
                            std::chrono::milliseconds patience);

/// A value within a URL's query: everything but letters, digits and `-._~` as %XX (RFC 3986 sec. 2.1).
std::string url_escaped(std::string_view value);

}  // namespace harbinger::ctl
