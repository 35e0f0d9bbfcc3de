// A datagram socket that talks to one server, from a random port of the system's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <harbinger/address.h>

namespace harbinger::file {

/// Never waits. Hears nobody else (RFC 5452 sec. 9.1).
class NotifySocket {
 public:
  NotifySocket() = default;
  ~NotifySocket() { close(); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  /// Opens, unless it is open, and sends. False when the system would not.
  bool send(const SocketAddress& server, std::span<const std::uint8_t> message);
  /// The next datagram that has come in; nothing when there is none.
  std::optional<std::vector<std::uint8_t>> receive();
  void close();
  /// For poll(); -1 when closed.
  int descriptor() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace harbinger::file
