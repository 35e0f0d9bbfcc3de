#include "net/http_url.h"

#include <algorithm>
#include <charconv>

namespace harbinger::net {

namespace {

bool take_scheme(std::string_view& text, HttpUrl& url) {
  url.secure = text.starts_with("https://");
  url.port = url.secure ? 443 : 80;
  const std::string_view scheme = url.secure ? "https://" : "http://";
  if (!text.starts_with(scheme)) return false;
  text.remove_prefix(scheme.size());
  return true;
}

bool read_port(std::string_view text, std::uint16_t& port) {
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  return read.ec == std::errc() && read.ptr == end && port != 0;
}

bool plain(char c) {
  constexpr std::string_view kAlso = "-._~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kAlso.find(c) != kAlso.npos;
}

}  // namespace

std::optional<HttpUrl> HttpUrl::parse(std::string_view text) {
  HttpUrl url;
  if (!take_scheme(text, url)) return std::nullopt;
  const auto slash = std::min(text.find('/'), text.size());
  auto host = text.substr(0, slash);
  url.authority = host;
  url.path = text.substr(slash);
  // `[::1]:9153` has colons of its own.
  const auto colon = host.rfind(':');
  if (colon != host.npos && host.find(']', colon) == host.npos) {
    if (!read_port(host.substr(colon + 1), url.port)) return std::nullopt;
    host = host.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::nullopt;
  url.host = host;
  return url;
}

std::string url_escaped(std::string_view value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if (plain(c))
      text += c;
    else
      text += {'%', kDigits[octet >> 4], kDigits[octet & 15]};
  }
  return text;
}

}  // namespace harbinger::net
