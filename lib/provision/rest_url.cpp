#include "provision/rest_url.h"

#include <algorithm>
#include <charconv>

namespace harbinger::provision {

namespace {

constexpr std::string_view kSecure = "https://", kPlain = "http://";

std::unexpected<Error> no_url(std::string_view text) {
  return fail(ErrorCode::malformed, "'" + std::string(text) + "' is no URL: write https://HOST, https://HOST:PORT or " +
                                        "https://HOST:PORT/PATH");
}

bool take_port(std::string_view text, std::uint16_t& port) {
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  return read.ec == std::errc() && read.ptr == end && port != 0;
}

// `HOST`, `HOST:PORT`, `[2001:db8::1]:PORT`.
bool take_authority(std::string_view text, RestUrl& url) {
  const auto bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == text.npos) return false;
  const auto colon = text.find(':', bracket);
  if (colon != text.npos && !take_port(text.substr(colon + 1), url.port)) return false;
  auto host = text.substr(0, colon);
  if (bracket != 0) host = host.substr(1, bracket - 1);
  url.host = host;
  constexpr std::string_view kNever = "@/?# \\\"<>";
  return !host.empty() && host.find_first_of(kNever) == host.npos;
}

bool plain(char c) {
  constexpr std::string_view kAlso = "-._~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kAlso.find(c) != kAlso.npos;
}

}  // namespace

Result<RestUrl> RestUrl::parse(std::string_view text) {
  RestUrl url;
  url.secure = text.starts_with(kSecure);
  if (!url.secure && !text.starts_with(kPlain)) return no_url(text);
  url.port = url.secure ? 443 : 80;
  const auto rest = text.substr(url.secure ? kSecure.size() : kPlain.size());
  const auto slash = std::min(rest.find('/'), rest.size());
  if (!take_authority(rest.substr(0, slash), url)) return no_url(text);
  url.path = rest.substr(slash);
  const bool odd = std::ranges::any_of(url.path, [](char c) { return c <= ' ' || c >= 127 || c == '?' || c == '#'; });
  if (odd) return no_url(text);
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

std::string RestUrl::authority() const {
  std::string text = host.find(':') == host.npos ? host : "[" + host + "]";
  if (port != (secure ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

std::string RestUrl::to_string() const { return std::string(secure ? kSecure : kPlain) + authority() + path; }

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

}  // namespace harbinger::provision
