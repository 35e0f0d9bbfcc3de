#include "plugins/forward/target.h"

#include <algorithm>
#include <charconv>

namespace harbinger {

namespace {

constexpr const char* kWanted =
    "an address such as 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:53, a host name, or the path of a resolv.conf";

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// Digits alone in the last label are an address with a slip (RFC 1123 sec. 2.1).
bool is_host(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, is_host_character)) return false;
  if (text.ends_with('.')) text.remove_suffix(1);
  const auto last = text.substr(text.rfind('.') + 1);
  return !std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; }) && Name::parse(text).has_value();
}

Result<forward::Target> parse_host(std::string_view text) {
  forward::Host host;
  if (const auto colon = text.find(':'); colon != text.npos) {
    const auto port = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), host.port);
    if (error != std::errc{} || end != port.data() + port.size() || host.port == 0)
      return fail(ErrorCode::malformed, kWanted);
    text = text.substr(0, colon);
  }
  if (!is_host(text)) return fail(ErrorCode::malformed, kWanted);
  host.name = text;
  return forward::Target{host};
}

struct Show {
  std::string operator()(const SocketAddress& address) const { return address.to_string(); }
  std::string operator()(const forward::Host& host) const { return host.name + ":" + std::to_string(host.port); }
  std::string operator()(const std::filesystem::path& path) const { return path.string(); }
};

}  // namespace

Result<forward::Target> OptionValue<forward::Target>::parse(std::string_view text) {
  if (text.find("://") != text.npos) return fail(ErrorCode::unsupported, kWanted);
  if (text.find('/') != text.npos) return forward::Target{std::filesystem::path(text)};
  if (const auto address = SocketAddress::parse(text, 53)) {
    if (address->port == 0) return fail(ErrorCode::malformed, kWanted);
    return forward::Target{*address};
  }
  if (const auto bare = IpAddress::parse(text)) return forward::Target{SocketAddress{*bare, 53}};
  return parse_host(text);
}

std::string OptionValue<forward::Target>::show(const forward::Target& target) { return std::visit(Show{}, target.is); }

}  // namespace harbinger
