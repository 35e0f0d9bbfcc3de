// Addresses of hosts and of the system's own resolvers: for upstreams that are given by name. Slow, so never on a worker.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/result.h>

namespace harbinger::net {

/// Addresses of `host`, IPv4 first, each once: from /etc/hosts, else from the system's resolvers, or from `servers` when any are given.
/// Blocks the calling thread until `limit` has passed at most. Errors: not_found, timeout, unreachable.
Result<std::vector<IpAddress>> resolve_host(const std::string& host, Duration limit,
                                            std::span<const SocketAddress> servers = {});

/// The `nameserver` lines of a file in the format of resolv.conf, on port 53. Lines that do not name an address are passed over.
std::vector<SocketAddress> nameservers_in(std::string_view text);

}  // namespace harbinger::net
