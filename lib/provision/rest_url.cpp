#include "provision/rest_url.h"

#include <algorithm>

namespace harbinger::provision {

namespace {

std::unexpected<Error> no_url(std::string_view text) {
  return fail(ErrorCode::malformed, "'" + std::string(text) + "' is no URL: write https://HOST, https://HOST:PORT or " +
                                        "https://HOST:PORT/PATH");
}

// Neither who asks, nor a query, nor an address of IPv6 without brackets.
bool odd(const net::HttpUrl& url) {
  const auto no_path = [](char c) { return c <= ' ' || c >= 127 || c == '?' || c == '#'; };
  const auto never = url.authority.starts_with('[') ? "@/?# \\\"<>[]" : "@/?# \\\"<>[]:";
  return url.host.find_first_of(never) != url.host.npos || std::ranges::any_of(url.path, no_path);
}

}  // namespace

Result<RestUrl> RestUrl::parse(std::string_view text) {
  auto url = net::HttpUrl::parse(text);
  if (!url || odd(*url)) return no_url(text);
  while (url->path.ends_with('/')) url->path.pop_back();
  return RestUrl{.secure = url->secure, .host = url->host, .port = url->port, .path = url->path};
}

std::string RestUrl::authority() const {
  std::string text = host.find(':') == host.npos ? host : "[" + host + "]";
  if (port != (secure ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

std::string RestUrl::to_string() const { return (secure ? "https://" : "http://") + authority() + path; }

}  // namespace harbinger::provision
