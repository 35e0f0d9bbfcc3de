// Addresses and ports of this machine that instances are given.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include <harbinger/address.h>
#include <harbinger/result.h>
#include "provision/template.h"

namespace harbinger::provision {

/// Each instance gets an address of its own where the range has enough of them, because DNS tells addresses and mostly no ports. Any thread.
class Places {
 public:
  /// A range of this machine's addresses; 127.0.0.0/8 all are.
  explicit Places(IpPrefix range) : range_(range) {}

  /// An address and a port on which nobody listens over TCP; 0 is any port. The same id tends to get the same one. Taken until `give_back`. Others
  /// may still come to listen there before the instance does. `conflict`: nothing is free.
  Result<Reach> take(std::string_view id, std::uint16_t port);
  /// What an instance has that was found again.
  void keep(const Reach& reach);
  void give_back(const Reach& reach);

 private:
  bool take_if_free(const SocketAddress& place);

  const IpPrefix range_;
  std::mutex lock_;
  std::set<SocketAddress> taken_;
};

}  // namespace harbinger::provision
