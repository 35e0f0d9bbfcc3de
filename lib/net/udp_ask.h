// Asking over UDP: one socket for one question.
#pragma once

#include "net/poller.h"
#include "net/socket_address.h"

namespace harbinger::net {

/// A question on a socket of its own: random port, random id, connected, so that only the server is heard (RFC 5452 sec. 9). What comes
/// in and is not the reply is counted, and waiting goes on.
class UdpAsk final : public Ask, private Watched {
 public:
  static constexpr std::size_t kMostOctets = 4096;

  UdpAsk(Poller& poller, Octets whole, Octets its_question) : Ask(whole, its_question), poller_(poller) {}
  ~UdpAsk() override { close(); }

  /// Sends the question. On success the ask is finished later, at `deadline` by the latest; else the error is returned.
  Result<void> send(const SocketAddress& server, MonotonicTime deadline);

 private:
  void on_events(std::uint32_t events) override;
  void on_deadline() override;
  void bind_random_port(int family);
  void close();

  Poller& poller_;
  int socket_ = -1;
};

}  // namespace harbinger::net
