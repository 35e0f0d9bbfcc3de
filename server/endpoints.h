// Opening every address of a configuration for every worker, or telling everything that is in the way.
#pragma once

#include <expected>
#include <span>
#include <vector>

#include <harbinger/chain.h>
#include <harbinger/log.h>

#include "server/file_descriptor.h"

namespace harbinger::server {

/// An address with its sockets, one pair for each worker.
struct Endpoint {
  struct Sockets {
    FileDescriptor udp, tcp;
  };

  ListenAddress configured;
  SocketAddress actual;  ///< with the real port in place of 0
  std::vector<Sockets> sockets;
};

/// Opens all of `wanted`. Unless `share_port`, fails for an address that another process has, though SO_REUSEPORT would allow to
/// join it: two servers that each get a part of the queries are found late. Ports in `ours` are being listened on by this very
/// process already and need no such look. `::` is left out, with a line in the log, on a machine without IPv6.
std::expected<std::vector<Endpoint>, config::Errors> open_endpoints(std::span<const ListenAddress> wanted,
                                                                    std::size_t workers, bool share_port,
                                                                    std::span<const std::uint16_t> ours,
                                                                    const Logger& log);

}  // namespace harbinger::server
