// Our addresses as the system's and back. On the query path, so all of it is inline.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <cstring>

#include <harbinger/address.h>

namespace harbinger::server {

/// Room for either family; `any.sa_family` tells which.
union SystemAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;

  socklen_t size() const { return any.sa_family == AF_INET ? sizeof v4 : sizeof v6; }
};

inline SystemAddress to_system(const SocketAddress& address) {
  SystemAddress system{.v6 = {}};
  const auto octets = address.ip.octets();
  if (address.ip.is_v4()) {
    system.v4.sin_family = AF_INET;
    system.v4.sin_port = htons(address.port);
    std::memcpy(&system.v4.sin_addr, octets.data(), sizeof system.v4.sin_addr);
  } else {
    system.v6.sin6_family = AF_INET6;
    system.v6.sin6_port = htons(address.port);
    std::memcpy(&system.v6.sin6_addr, octets.data(), sizeof system.v6.sin6_addr);
  }
  return system;
}

inline SocketAddress from_system(const SystemAddress& system) {
  if (system.any.sa_family == AF_INET) {
    const auto* octets = reinterpret_cast<const std::uint8_t*>(&system.v4.sin_addr);
    return {IpAddress::v4(std::span<const std::uint8_t, 4>(octets, 4)), ntohs(system.v4.sin_port)};
  }
  return {IpAddress::v6(std::span<const std::uint8_t, 16>(system.v6.sin6_addr.s6_addr, 16)),
          ntohs(system.v6.sin6_port)};
}

}  // namespace harbinger::server
