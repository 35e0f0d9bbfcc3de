#include "net/udp_ask.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace harbinger::net {

namespace {

// A few tries: most ports are free. After them the kernel chooses when the socket is connected.
constexpr int kPortTries = 8;
constexpr std::uint64_t kFirstPort = 1024, kPorts = 65536 - kFirstPort;

// So many stray datagrams are read at once, then others have their turn.
constexpr int kReads = 8;

}  // namespace

Result<void> UdpAsk::send(const SocketAddress& server, MonotonicTime deadline) {
  const SystemAddress address(server);
  const int family = address.family();
  const int opened = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (opened < 0) return fail(ErrorCode::denied, "no socket left to ask from");
  socket_ = opened;
  bind_random_port(family);
  if (::connect(socket_, address.get(), address.size) != 0 || !poller_.watch(socket_, EPOLLIN, *this)) {
    ::close(std::exchange(socket_, -1));
    return fail(ErrorCode::unreachable, "no route to the upstream");
  }

  auto& message = poller_.scratch();
  if (query.size() > message.size()) return fail(ErrorCode::too_large, "query longer than a datagram");
  id = static_cast<std::uint16_t>(poller_.tools().random->below(65536));
  std::ranges::copy(query, message.begin());
  message[0] = static_cast<std::uint8_t>(id >> 8);
  message[1] = static_cast<std::uint8_t>(id);
  if (::send(socket_, message.data(), query.size(), MSG_NOSIGNAL) < 0)
    return fail(ErrorCode::unreachable, "the system did not send the query");
  poller_.end_at(*this, deadline);
  return {};
}

void UdpAsk::bind_random_port(int family) {
  SystemAddress any(SocketAddress{});
  any.storage.v6.sin6_family = static_cast<sa_family_t>(family);
  any.size = family == AF_INET ? sizeof any.storage.v4 : sizeof any.storage.v6;
  for (int i = 0; i < kPortTries; ++i) {
    // The port lies at the same place for both families.
    any.storage.v6.sin6_port = htons(static_cast<std::uint16_t>(kFirstPort + poller_.tools().random->below(kPorts)));
    if (::bind(socket_, any.get(), any.size) == 0 || errno != EADDRINUSE) return;
  }
}

void UdpAsk::on_events(std::uint32_t) {
  auto& buffer = poller_.scratch();
  for (int i = 0; i < kReads; ++i) {
    const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (size < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      // ICMP told that nobody listens or that there is no way (RFC 1122 sec. 4.1.3.3).
      close();
      return poller_.finish(*this, ErrorCode::unreachable, "the upstream does not listen");
    }
    const Octets datagram(buffer.data(), static_cast<std::size_t>(size));
    if (datagram.size() <= kMostOctets && accept(datagram)) {
      close();
      return poller_.finish(*this);
    }
    poller_.tools().ignored_udp.add();
  }
}

void UdpAsk::on_deadline() {
  close();
  poller_.finish(*this, ErrorCode::timeout, "no reply in time");
}

void UdpAsk::close() {
  if (socket_ >= 0) poller_.close_watched(std::exchange(socket_, -1));
}

}  // namespace harbinger::net
