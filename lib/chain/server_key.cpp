#include "chain/server_key.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace harbinger {

namespace {

std::string hex_digit(unsigned value) { return std::string(1, "0123456789abcdef"[value & 15]); }

// The address's first `units` octets or half-octets, last first, then the suffix.
Name reverse_name(const IpAddress& address, int units) {
  const auto octets = address.octets();
  std::string text;
  for (int i = units - 1; i >= 0; --i) {
    const auto at = static_cast<std::size_t>(i);
    if (address.is_v4())
      text += std::to_string(octets[at]) + '.';
    else
      text += hex_digit(i % 2 == 0 ? octets[at / 2] >> 4u : octets[at / 2]) + '.';
  }
  return *Name::parse(text + (address.is_v4() ? "in-addr.arpa." : "ip6.arpa."));
}

// `zone:port` has its port behind the last colon, unless that colon belongs to an IPv6 range.
std::optional<std::uint16_t> take_port(std::string_view& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto slash = text.rfind('/');
  const bool several = text.find(':') != colon;
  if (several && (slash == std::string_view::npos || slash > colon)) return std::nullopt;
  unsigned port = 0;
  const auto digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port > 65535) return std::nullopt;
  text = text.substr(0, colon);
  return static_cast<std::uint16_t>(port);
}

}  // namespace

std::vector<Name> reverse_zones(const IpPrefix& range) {
  const int unit = range.address.is_v4() ? 8 : 4;
  const int units = (range.bits + unit - 1) / unit;
  const int spare = units * unit - range.bits;  // bits of the last unit that are free
  std::vector<Name> zones;
  for (unsigned i = 0; i < 1u << spare; ++i) {
    std::array<std::uint8_t, 16> octets{};
    std::ranges::copy(range.address.octets(), octets.begin());
    const auto bit = static_cast<unsigned>(units * unit);
    if (units > 0) {
      auto& last = octets[(bit - 1) / 8];
      last = static_cast<std::uint8_t>(last | i << (bit % 8 == 4 ? 4 : 0));
    }
    const auto address = range.address.is_v4() ? IpAddress::v4(std::span<const std::uint8_t, 4>(octets.data(), 4))
                                               : IpAddress::v6(octets);
    zones.push_back(reverse_name(address, units));
  }
  return zones;
}

Result<ServerKey> parse_server_key(const config::Word& word, std::uint16_t default_port) {
  ServerKey key{.zones = {}, .port = default_port};
  std::string_view text = word.text;
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    if (text.substr(0, scheme) != "dns")
      return fail(ErrorCode::unsupported, "`" + word.text + "`: only dns:// is served", word.position);
    text = text.substr(scheme + 3);
  }
  if (const auto port = take_port(text)) key.port = *port;
  if (text.empty()) text = ".";

  if (text.find('/') != std::string_view::npos) {
    const auto range = IpPrefix::parse(text);
    if (!range)
      return fail(ErrorCode::malformed, "`" + word.text + "` is no address range such as 10.0.0.0/24 or 2001:db8::/32",
                  word.position);
    key.zones = reverse_zones(*range);
    return key;
  }
  const auto zone = Name::parse(text);
  if (!zone)
    return fail(
        ErrorCode::malformed,
        "`" + word.text + "` is no zone such as example.org, example.org:5300 or . (" + zone.error().message + ")",
        word.position);
  key.zones = {*zone};
  return key;
}

}  // namespace harbinger
