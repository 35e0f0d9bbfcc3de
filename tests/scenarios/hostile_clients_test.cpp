// A server with sockets among clients that waste its time: the honest ones are served, and nothing is left behind.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <filesystem>
#include <random>

#include "tests/support/test_server.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

const std::string kConfig = "{\n workers 1\n}\n.:0 {\n bind 127.0.0.1\n trial\n}\n";

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

std::vector<std::uint8_t> framed(const std::vector<std::uint8_t>& message) {
  std::vector<std::uint8_t> out{static_cast<std::uint8_t>(message.size() >> 8),
                                static_cast<std::uint8_t>(message.size())};
  out.insert(out.end(), message.begin(), message.end());
  return out;
}

Stream connect(TestServer& server) {
  auto stream = Stream::connect(server.address());
  if (!stream) throw std::runtime_error(stream.error().to_string());
  return std::move(*stream);
}

// A client of each kind asks some times: over UDP, over a new connection, and over one from before the trouble.
void check_honest_clients(TestServer& server, Stream& old) {
  for (int i = 0; i < 20; ++i) {
    CHECK(ask(server.address(), "udp.example.org", RRType::A));
    CHECK(ask_over_tcp(server.address(), "new.example.org"));
    REQUIRE(old.send(query_for("old.example.org.", static_cast<std::uint16_t>(i))));
    CHECK(old.receive());
  }
}

}  // namespace

TEST_CASE("honest clients are served while hundreds of connections say nothing or stop in the middle of a query") {
  TestServer server(kConfig);
  auto old = connect(server);
  std::vector<Stream> idle;
  const auto query = framed(query_for("example.org."));
  for (std::size_t i = 0; i < 300; ++i) {
    idle.push_back(connect(server));
    CHECK(idle.back().send_raw(std::span(query).first(i % 20)));
  }
  check_honest_clients(server, old);
}

TEST_CASE("honest clients are served while others ask for megabytes and read nothing") {
  TestServer server(kConfig);
  auto old = connect(server);
  const auto query = framed(query_for("big.example.org.", 1, RRType::TXT));
  std::vector<std::uint8_t> hundred;
  for (int i = 0; i < 100; ++i) hundred.insert(hundred.end(), query.begin(), query.end());
  std::vector<Stream> greedy;
  for (int i = 0; i < 30; ++i) {
    greedy.push_back(connect(server));
    CHECK(greedy.back().send_raw(hundred));
  }
  check_honest_clients(server, old);
}

TEST_CASE("connections that come, ask and go leave no descriptor behind") {
  TestServer server(kConfig);
  auto old = connect(server);
  check_honest_clients(server, old);
  const auto before = open_descriptors();
  const auto query = framed(query_for("example.org."));
  for (std::size_t i = 0; i < 500; ++i) {
    auto stream = connect(server);
    stream.send_raw(std::span(query).first(i % query.size()));
    if (i % 3 == 0) stream.finish_sending();
  }
  CHECK(wait_until([&] { return open_descriptors() <= before; }));
  check_honest_clients(server, old);
}

TEST_CASE("datagrams of any octets leave the server as it was") {
  TestServer server(kConfig);
  auto old = connect(server);
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(server.address().port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::mt19937 random(11);
  for (int i = 0; i < 20000; ++i) {
    std::array<std::uint8_t, 300> octets;
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(random());
    if (i % 2)
      std::fill_n(octets.begin() + 2, 10, std::uint8_t{0}), octets[5] = 1;  // a query, as far as its header goes
    ::sendto(socket, octets.data(), random() % octets.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to),
             sizeof to);
  }
  ::close(socket);
  check_honest_clients(server, old);
  CHECK(server.metric("harbinger_panics_total") == 0);
}
