// The words in front of a server block: `dns://example.org:5300`, `10.0.0.0/24`, `.`
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <harbinger/config.h>
#include <harbinger/name.h>
#include <harbinger/query.h>

namespace harbinger {

struct ServerKey {
  std::vector<Name> zones;  ///< one, or the reverse zones of an address range
  std::uint16_t port = 0;
  Transport transport = Transport::udp;
};

/// Errors carry the word's position and say what would be right.
Result<ServerKey> parse_server_key(const config::Word& word, std::uint16_t default_port);

/// The reverse zones that cover a range: whole octets of IPv4, whole half-octets of IPv6 (RFC 1035 sec. 3.5, RFC 3596 sec. 2.5).
std::vector<Name> reverse_zones(const IpPrefix& range);

}  // namespace harbinger
