// Our addresses as the system's.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <harbinger/address.h>

namespace harbinger::net {

/// A sockaddr of the right family, and its size.
struct SystemAddress {
  explicit SystemAddress(const SocketAddress& address);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.v6.sin6_family; }

  union {
    sockaddr_in v4;
    sockaddr_in6 v6;
  } storage{.v6 = {}};
  socklen_t size = 0;
};

}  // namespace harbinger::net
