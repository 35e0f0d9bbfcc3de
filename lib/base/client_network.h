// The network that a client counts as part of, where single addresses should not be told or kept.
#pragma once

#include <harbinger/address.h>

namespace harbinger {

/// A /24 or /48, as long as RFC 7871 sec. 11.1 lets a client's subnet be told at most.
inline IpPrefix client_network(const IpAddress& client) {
  const int bits = client.is_v4() ? 24 : 48;
  return {client.truncated(bits), bits};
}

}  // namespace harbinger
