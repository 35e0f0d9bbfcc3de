#include "net/host_resolver.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <thread>

#include "net/socket_address.h"

using namespace harbinger;
using namespace harbinger::net;
using namespace std::chrono_literals;

namespace {

// A socket on loopback; `reply` is sent, with the query's id and question, to each query.
class Server {
 public:
  Server() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    SystemAddress any(*SocketAddress::parse("127.0.0.1:1"));
    any.storage.v4.sin_port = 0;
    REQUIRE(::bind(socket_, any.get(), any.size) == 0);
  }
  ~Server() {
    ::shutdown(socket_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(socket_);
  }
  SocketAddress address() const {
    sockaddr_in name{};
    socklen_t size = sizeof name;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&name), &size);
    return {*IpAddress::parse("127.0.0.1"), ntohs(name.sin_port)};
  }
  // A questions get 192.0.2.7, all others nothing.
  void answer_addresses() {
    thread_ = std::thread([this] {
      std::array<std::uint8_t, 512> buffer;
      sockaddr_in from{};
      for (;;) {
        socklen_t size = sizeof from;
        const auto got = ::recvfrom(socket_, buffer.data(), 400, 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (got <= 12) return;
        std::vector<std::uint8_t> reply(buffer.begin(), buffer.begin() + got);
        const bool wants_a = reply[reply.size() - 3] == 1;
        reply[2] |= 0x80;
        if (wants_a) {
          reply[7] = 1;
          reply.insert(reply.end(), {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7});
        }
        ::sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
      }
    });
  }

 private:
  int socket_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a host's address comes from the servers given") {
  Server server;
  server.answer_addresses();
  const std::array servers{server.address()};
  const auto found = resolve_host("host.example.", 5s, servers);
  REQUIRE(found.has_value());
  CHECK(*found == std::vector{*IpAddress::parse("192.0.2.7")});
}

TEST_CASE("a server that keeps silent costs the given time and no more") {
  Server server;
  const std::array servers{server.address()};
  const auto before = system_clock().now();
  const auto found = resolve_host("host.example.", 80ms, servers);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().code == ErrorCode::timeout);
  CHECK(system_clock().now() - before < 5s);
}

TEST_CASE("resolv.conf names servers, and the rest of it is passed over") {
  const auto found = nameservers_in(
      "# comment\nsearch example.org\nnameserver 192.0.2.1\nnameserver\t2001:db8::1  # second\n"
      ";nameserver 192.0.2.9\nnameserverx 192.0.2.8\nnameserver\nnameserver nonsense\r\nnameserver 192.0.2.3\r");
  REQUIRE(found.size() == 3);
  CHECK(found[0].to_string() == "192.0.2.1:53");
  CHECK(found[1].to_string() == "[2001:db8::1]:53");
  CHECK(found[2].to_string() == "192.0.2.3:53");
  CHECK(nameservers_in("").empty());
}
