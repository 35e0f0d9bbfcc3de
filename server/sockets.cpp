#include "server/sockets.h"

#include <netinet/tcp.h>
#include <cerrno>
#include <system_error>

#include "server/system_address.h"

namespace harbinger::server {

namespace {

constexpr int kSocketBuffer = 4 << 20;  // a pause of ours makes queries late instead of lost
constexpr int kBacklog = 4096;          // the kernel cuts it to net.core.somaxconn

Error bind_error(const SocketAddress& address, const char* protocol, int cause) {
  const std::string where = "cannot listen on " + address.to_string() + " (" + protocol + "): ";
  switch (cause) {
    case EADDRINUSE:
      return {ErrorCode::conflict, where + "address in use by another process; stop that one, or choose another port"};
    case EACCES:
    case EPERM:
      return {ErrorCode::denied, where + "no permission; ports below 1024 need CAP_NET_BIND_SERVICE"};
    case EADDRNOTAVAIL:
      return {ErrorCode::not_found, where + "no interface of this machine has that address"};
    case EAFNOSUPPORT:
      return {ErrorCode::unsupported, where + "this machine does not speak that protocol family"};
    default:
      return {ErrorCode::denied, where + std::generic_category().message(cause)};
  }
}

bool set(int fd, int level, int name, int value) { return ::setsockopt(fd, level, name, &value, sizeof value) == 0; }

void enlarge_buffers(int fd) {
  // FORCE goes past net.core.rmem_max and needs CAP_NET_ADMIN.
  if (!set(fd, SOL_SOCKET, SO_RCVBUFFORCE, kSocketBuffer)) set(fd, SOL_SOCKET, SO_RCVBUF, kSocketBuffer);
  if (!set(fd, SOL_SOCKET, SO_SNDBUFFORCE, kSocketBuffer)) set(fd, SOL_SOCKET, SO_SNDBUF, kSocketBuffer);
}

Result<FileDescriptor> bind_to(const SocketAddress& address, int type, bool share) {
  const char* protocol = type == SOCK_DGRAM ? "udp" : "tcp";
  const auto system = to_system(address);
  FileDescriptor socket(::socket(system.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail(bind_error(address, protocol, errno));

  if (share) set(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  // For TCP this only skips the wait for connections of an earlier process; for UDP it would let a port be shared.
  if (type == SOCK_STREAM) set(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (!address.ip.is_v4()) set(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (::bind(socket.get(), &system.any, system.size()) != 0) return fail(bind_error(address, protocol, errno));
  return socket;
}

Result<FileDescriptor> start_listening(const SocketAddress& address, bool share) {
  auto socket = bind_to(address, SOCK_STREAM, share);
  if (socket && ::listen(socket->get(), kBacklog) != 0) return fail(bind_error(address, "tcp", errno));
  return socket;
}

}  // namespace

Result<void> probe_udp(const SocketAddress& address) {
  auto socket = bind_to(address, SOCK_DGRAM, false);
  if (!socket) return fail(std::move(socket.error()));
  return {};
}

Result<void> probe_tcp(const SocketAddress& address) {
  // Two sockets with SO_REUSEADDR may be bound to one port; only listening tells whether it is free.
  auto socket = start_listening(address, false);
  if (!socket) return fail(std::move(socket.error()));
  return {};
}

Result<FileDescriptor> open_udp(const SocketAddress& address) {
  auto socket = bind_to(address, SOCK_DGRAM, true);
  if (!socket) return socket;

  const int fd = socket->get();
  enlarge_buffers(fd);
  if (address.ip.is_v4()) {
    set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
    if (is_wildcard(address.ip)) set(fd, IPPROTO_IP, IP_PKTINFO, 1);
  } else {
    set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
    if (is_wildcard(address.ip)) set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }
  return socket;
}

Result<FileDescriptor> open_tcp(const SocketAddress& address) { return start_listening(address, true); }

SocketAddress bound_address(const FileDescriptor& socket) {
  SystemAddress system{.v6 = {}};
  socklen_t size = sizeof system;
  ::getsockname(socket.get(), &system.any, &size);
  return from_system(system);
}

bool is_wildcard(const IpAddress& ip) {
  for (const auto octet : ip.octets())
    if (octet != 0) return false;
  return true;
}

}  // namespace harbinger::server
