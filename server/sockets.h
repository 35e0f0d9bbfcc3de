// Opening the sockets that queries come in by, with the options that a DNS server wants.
#pragma once

#include <cstddef>

#include <harbinger/address.h>
#include <harbinger/result.h>

#include "server/file_descriptor.h"

namespace harbinger::server {

/// Fails when `address` cannot be bound by one process alone: in use, not permitted, not ours. The message names address and cause.
/// Leaves nothing open.
Result<void> probe_udp(const SocketAddress& address);
Result<void> probe_tcp(const SocketAddress& address);

/// A bound, non-blocking UDP socket that shares its port with its siblings (SO_REUSEPORT). Bound to every address of the machine, it
/// says of each datagram which address it came to. Never sends or believes path MTU messages: replies are small, and a forged message
/// could make fragments of them.
Result<FileDescriptor> open_udp(const SocketAddress& address);

/// A listening, non-blocking TCP socket that shares its port with its siblings.
Result<FileDescriptor> open_tcp(const SocketAddress& address);

/// The address that a socket is bound to: tells the port in place of 0.
SocketAddress bound_address(const FileDescriptor& socket);

/// Is it 0.0.0.0 or :: ?
bool is_wildcard(const IpAddress& ip);

}  // namespace harbinger::server
