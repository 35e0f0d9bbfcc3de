#include "net/socket_address.h"

#include <cstring>

namespace harbinger::net {

SystemAddress::SystemAddress(const SocketAddress& address) {
  const auto octets = address.ip.octets();
  if (address.ip.is_v4()) {
    storage.v4.sin_family = AF_INET;
    storage.v4.sin_port = htons(address.port);
    std::memcpy(&storage.v4.sin_addr, octets.data(), octets.size());
    size = sizeof storage.v4;
  } else {
    storage.v6.sin6_family = AF_INET6;
    storage.v6.sin6_port = htons(address.port);
    std::memcpy(&storage.v6.sin6_addr, octets.data(), octets.size());
    size = sizeof storage.v6;
  }
}

}  // namespace harbinger::net
