#include "plugins/file/notify_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include "net/socket_address.h"

namespace harbinger::file {

namespace {

constexpr std::size_t kLongestAnswer = 4096;

}  // namespace

bool NotifySocket::send(const SocketAddress& server, std::span<const std::uint8_t> message) {
  if (fd_ < 0) {
    const net::SystemAddress address(server);
    fd_ = ::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0 || ::connect(fd_, address.get(), address.size) != 0) {
      close();
      return false;
    }
  }
  return ::send(fd_, message.data(), message.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(message.size());
}

std::optional<std::vector<std::uint8_t>> NotifySocket::receive() {
  std::vector<std::uint8_t> datagram(kLongestAnswer);
  const auto got = fd_ < 0 ? -1 : ::recv(fd_, datagram.data(), datagram.size(), 0);
  if (got < 0) return std::nullopt;  // nothing there, or the host says that nobody listens: the next try will see
  datagram.resize(static_cast<std::size_t>(got));
  return datagram;
}

void NotifySocket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace harbinger::file
