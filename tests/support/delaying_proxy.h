// A TCP proxy on loopback that keeps what a server says for a while: a far or overworked server.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include <harbinger/address.h>

namespace harbinger::test {

/// Passes on at once what clients say, and `delay` later what `server` answers. Ends its connections when it goes.
class DelayingProxy {
 public:
  DelayingProxy(const SocketAddress& server, std::chrono::milliseconds delay);
  ~DelayingProxy();
  DelayingProxy(const DelayingProxy&) = delete;
  DelayingProxy& operator=(const DelayingProxy&) = delete;

  const SocketAddress& address() const { return address_; }
  /// Octets of the server that have been passed on so far.
  std::size_t passed() const;

 private:
  struct Traffic;
  const SocketAddress address_;
  std::unique_ptr<Traffic> traffic_;
};

}  // namespace harbinger::test
