// Queries over UDP, through a whole server on real sockets.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <random>
#include <thread>

#include "tests/support/test_server.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

TEST_CASE("UDP queries are answered over IPv4 and IPv6") {
  TestServer server(".:0 {\n bind 127.0.0.1 ::1\n trial\n}\n");
  for (const bool v6 : {false, true}) {
    const auto answer = ask(server.address(v6), "example.org.", RRType::A);
    REQUIRE(answer);
    CHECK(answer->rcode() == Rcode::NOERROR);
    CHECK(answer->message.answers.size() == 1);
  }
}

TEST_CASE("a reply leaves from the address that the query came to, also when all addresses are listened on") {
  TestServer server(".:0 {\n bind 0.0.0.0\n trial\n}\n");
  const auto port = server.address().port;
  // The client connects its socket, so it hears only whom it asked.
  for (const auto* host : {"127.0.0.1", "127.0.0.2", "127.7.7.7"}) {
    CAPTURE(host);
    CHECK(ask({*IpAddress::parse(host), port}, "example.org.", RRType::A));
    const ClosedGate gate;
    const auto before = waiting_at_gate.load();
    std::thread opener([&] {
      wait_until([&] { return waiting_at_gate > before; });
      gate_open = true;
    });
    CHECK(ask({*IpAddress::parse(host), port}, "slow.example.org.", RRType::A));
    opener.join();
  }
}

TEST_CASE("an IPv6 reply leaves from the address that the query came to") {
  TestServer server(".:0 {\n bind ::\n trial\n}\n");
  CHECK(ask({*IpAddress::parse("::1"), server.address().port}, "example.org.", RRType::A));
}

TEST_CASE("a slow answer holds up nobody else") {
  TestServer server("{\n workers 1\n}\n.:0 {\n bind 127.0.0.1\n trial\n}\n");
  const ClosedGate gate;
  bool answered = false;
  std::thread patient([&] { answered = ask(server.address(), "slow.example.org.", RRType::A).has_value(); });
  CHECK(wait_until([] { return waiting_at_gate > 0; }));
  for (int i = 0; i < 20; ++i) CHECK(ask(server.address(), "example.org.", RRType::A));
  gate_open = true;
  patient.join();
  CHECK(answered);
}

TEST_CASE("a reply too long for UDP comes truncated, and whole over TCP") {
  TestServer server(".:0 {\n bind 127.0.0.1\n trial\n}\n");
  const auto cut = ask(server.address(), "big.example.org.", RRType::TXT);
  REQUIRE(cut);
  CHECK(cut->message.header.tc);
  CHECK(cut->bytes.size() <= 1232);
  const auto whole = ask_over_tcp(server.address(), "big.example.org.", RRType::TXT);
  REQUIRE(whole);
  CHECK(whole->message.answers.size() == 200);
}

TEST_CASE("garbage over UDP does no harm") {
  TestServer server("{\n workers 1\n}\n.:0 {\n bind 127.0.0.1\n trial\n}\n");
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in to{.sin_family = AF_INET,
                 .sin_port = htons(server.address().port),
                 .sin_addr = {htonl(INADDR_LOOPBACK)},
                 .sin_zero = {}};
  std::mt19937 random(1);
  std::vector<std::uint8_t> octets;
  for (int i = 0; i < 5000; ++i) {
    if (i % 2) octets = query_for("example.org.");
    if (i % 2) octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
    if (i % 2 == 0) octets.assign(random() % 6000, static_cast<std::uint8_t>(random()));
    ::sendto(socket, octets.data(), octets.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    if (i % 500 == 0) CHECK(ask(server.address(), "example.org.", RRType::A));
  }
  ::close(socket);
  CHECK(ask(server.address(), "example.org.", RRType::A));
}

TEST_CASE("a datagram that pretends to come from the server itself is ignored") {
  const auto query = query_for("example.org.");
  // Two sockets share the port, and a hash over both ends decides who gets it; other ports give other hashes.
  const auto reached_and_ignored = [&] {
    TestServer server("{\n workers 1\n share_port\n}\n.:0 {\n bind 127.0.0.1\n trial\n}\n");
    const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    sockaddr_in self{.sin_family = AF_INET,
                     .sin_port = htons(server.address().port),
                     .sin_addr = {htonl(INADDR_LOOPBACK)},
                     .sin_zero = {}};
    REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&self), sizeof self) == 0);
    ::sendto(socket, query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&self), sizeof self);
    const bool ignored = wait_until([&] { return server.metric("harbinger_udp_ignored_total") > 0; }, 100ms);
    ::close(socket);
    return ignored;
  };
  int tries = 0;
  while (!reached_and_ignored() && ++tries < 30) {
  }
  CHECK(tries < 30);
}
