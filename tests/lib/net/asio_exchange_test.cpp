// Real sockets on loopback: a server made in the test answers as the story wants.
#include <harbinger/net.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <functional>
#include <set>

#include "net/asio_loop.h"
#include "net/socket_address.h"

using namespace harbinger;
using namespace harbinger::net;
using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;
using Answer = Result<Bytes>;

namespace {

// One question `q<number>.test. A`, id 0x1111.
Bytes question(std::uint8_t number = 0) {
  Bytes bytes{0x11,
              0x11,
              1,
              0,
              0,
              1,
              0,
              0,
              0,
              0,
              0,
              0,
              3,
              'q',
              static_cast<std::uint8_t>('a' + number / 26),
              static_cast<std::uint8_t>('a' + number % 26),
              4,
              't',
              'e',
              's',
              't',
              0,
              0,
              1,
              0,
              1};
  return bytes;
}

Bytes reply_to(Bytes query) {
  query[2] |= 0x80;
  return query;
}

Bytes framed(const Bytes& message) {
  Bytes out{static_cast<std::uint8_t>(message.size() >> 8), static_cast<std::uint8_t>(message.size())};
  out.insert(out.end(), message.begin(), message.end());
  return out;
}

// Sockets of the far side. They are blocking; whatever the test does not get within a second is a failure.
struct Socket {
  explicit Socket(int opened) : fd(opened) {
    const timeval second{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
  }
  Socket(Socket&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  ~Socket() { close(); }
  void close() {
    if (fd >= 0) ::close(std::exchange(fd, -1));
  }

  static Socket bound(int type) {
    Socket socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
    SystemAddress address(*SocketAddress::parse("127.0.0.1:1"));
    address.storage.v4.sin_port = 0;
    REQUIRE(::bind(socket.fd, address.get(), address.size) == 0);
    if (type == SOCK_STREAM) REQUIRE(::listen(socket.fd, 16) == 0);
    return socket;
  }
  SocketAddress address() const {
    sockaddr_in name{};
    socklen_t size = sizeof name;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
    return *SocketAddress::parse("127.0.0.1:" + std::to_string(ntohs(name.sin_port)));
  }

  struct Packet {
    Bytes bytes;
    sockaddr_in from{};
  };
  Packet receive_from() const {
    Packet packet{.bytes = Bytes(65536)};
    socklen_t size = sizeof packet.from;
    const auto got =
        ::recvfrom(fd, packet.bytes.data(), packet.bytes.size(), 0, reinterpret_cast<sockaddr*>(&packet.from), &size);
    REQUIRE(got >= 0);
    packet.bytes.resize(static_cast<std::size_t>(got));
    return packet;
  }
  void send_to(const sockaddr_in& to, const Bytes& bytes) const {
    ::sendto(fd, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  Socket accept() const {
    pollfd wait{fd, POLLIN, 0};
    REQUIRE(::poll(&wait, 1, 1000) == 1);
    return Socket(::accept(fd, nullptr, nullptr));
  }
  Bytes read_frame() const {
    const Bytes head = read_exactly(2);
    return read_exactly(static_cast<std::size_t>(head[0] << 8 | head[1]));
  }
  Bytes read_exactly(std::size_t size) const {
    Bytes bytes(size);
    REQUIRE(::recv(fd, bytes.data(), size, MSG_WAITALL) == static_cast<ssize_t>(size));
    return bytes;
  }
  void write(const Bytes& bytes) const { REQUIRE(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0); }

  int fd;
};

// Runs the exchange on a loop of the test's thread, one step after the other.
struct Story {
  AsioLoop loop;
  Metrics metrics;
  std::unique_ptr<Exchange> exchange = make_exchange({.metrics = &metrics});
  int under_way = 0;

  // Begins asking; the answer appears in `into` once run() has seen it.
  void ask(const SocketAddress& server, Exchange::Over over, Bytes query, std::optional<Answer>& into,
           Duration limit = 5s) {
    ++under_way;
    loop.post([this, server, over, query, limit, &into] { start(wait_for(server, over, query, limit, into)); });
  }
  // Asks a server of the test, and waits until it has heard: the datagram, or the connection.
  auto ask_over_udp(const Socket& server, std::optional<Answer>& into, Duration limit = 5s) {
    ask(server.address(), Exchange::Over::udp, question(), into, limit);
    run_until([&] { return has_input(server); });
    return server.receive_from();
  }
  Socket ask_over_tcp(const Socket& listener, std::optional<Answer>& into, Duration limit = 5s) {
    ask(listener.address(), Exchange::Over::tcp, question(), into, limit);
    run_until([&] { return has_input(listener); });
    return listener.accept();
  }
  Task<void> wait_for(SocketAddress server, Exchange::Over over, Bytes query, Duration limit,
                      std::optional<Answer>& into) {
    const auto deadline = loop.clock().now() + limit;
    Answer answer = co_await exchange->ask(server, over, query, deadline);
    into = std::move(answer);
    --under_way;
  }
  // Until all answers are there.
  void run() {
    run_until([this] { return under_way == 0; });
  }
  void run_until(const std::function<bool()>& done) {
    std::function<void()> look = [&] {
      if (done()) return loop.stop();
      loop.after(200us, look);
    };
    loop.post(look);
    loop.run();
  }
  bool has_input(const Socket& socket) {
    pollfd wait{socket.fd, POLLIN, 0};
    return ::poll(&wait, 1, 0) == 1;
  }
  double count(const std::string& name, const std::string& over) {
    for (const auto& sample : metrics.collect())
      if (sample.name == name && (over.empty() || sample.labels == Labels{{"over", over}})) return sample.value;
    return -1;
  }
};

}  // namespace

TEST_CASE("a reply over UDP comes back with the query's own id") {
  Story story;
  const Socket server = Socket::bound(SOCK_DGRAM);
  std::optional<Answer> answer;
  const auto packet = story.ask_over_udp(server, answer);
  server.send_to(packet.from, reply_to(packet.bytes));
  story.run();
  REQUIRE(answer->has_value());
  CHECK(**answer == reply_to(question()));
}

TEST_CASE("replies with a wrong id, question or nothing in them are passed over until the right one comes") {
  Story story;
  const Socket server = Socket::bound(SOCK_DGRAM);
  std::optional<Answer> answer;
  const auto packet = story.ask_over_udp(server, answer);
  auto wrong_id = reply_to(packet.bytes), wrong_name = wrong_id, right = wrong_id;
  wrong_id[1] ^= 1;
  wrong_name[14] ^= 1;
  for (const auto& bytes : {wrong_id, wrong_name, packet.bytes, Bytes{}, Bytes{1, 2, 3}, right})
    server.send_to(packet.from, bytes);
  story.run();
  REQUIRE(answer->has_value());
  CHECK(**answer == reply_to(question()));
  CHECK(story.count("harbinger_exchange_ignored_replies_total", "udp") == 5);
}

TEST_CASE("a right reply from another address is not heard") {
  Story story;
  const Socket server = Socket::bound(SOCK_DGRAM), stranger = Socket::bound(SOCK_DGRAM);
  std::optional<Answer> answer;
  const auto packet = story.ask_over_udp(server, answer, 60ms);
  stranger.send_to(packet.from, reply_to(packet.bytes));
  story.run();
  REQUIRE_FALSE(answer->has_value());
  CHECK(answer->error().code == ErrorCode::timeout);
}

TEST_CASE("silence ends at the deadline") {
  Story story;
  const Socket udp = Socket::bound(SOCK_DGRAM), tcp = Socket::bound(SOCK_STREAM);
  std::optional<Answer> first, second, late;
  story.ask(udp.address(), Exchange::Over::udp, question(), first, 30ms);
  story.ask(tcp.address(), Exchange::Over::tcp, question(), second, 30ms);
  story.ask(udp.address(), Exchange::Over::udp, question(), late, -1s);
  story.run();
  for (const auto* answer : {&first, &second, &late}) {
    REQUIRE_FALSE((*answer)->has_value());
    CHECK((*answer)->error().code == ErrorCode::timeout);
  }
}

TEST_CASE("a port where nobody listens is unreachable at once") {
  Story story;
  Socket udp = Socket::bound(SOCK_DGRAM), tcp = Socket::bound(SOCK_STREAM);
  const auto udp_address = udp.address(), tcp_address = tcp.address();
  udp.close();
  tcp.close();
  std::optional<Answer> first, second;
  story.ask(udp_address, Exchange::Over::udp, question(), first, 30s);
  story.ask(tcp_address, Exchange::Over::tcp, question(), second, 30s);
  story.run();
  for (const auto* answer : {&first, &second}) {
    REQUIRE_FALSE((*answer)->has_value());
    CHECK((*answer)->error().code == ErrorCode::unreachable);
  }
}

TEST_CASE("what is no query is refused before anything is sent") {
  Story story;
  std::optional<Answer> answer;
  story.ask(*SocketAddress::parse("127.0.0.1:9"), Exchange::Over::udp, Bytes{1, 2, 3}, answer);
  story.run();
  REQUIRE_FALSE(answer->has_value());
  CHECK(answer->error().code == ErrorCode::malformed);
}

TEST_CASE("questions share a TCP connection and take their replies in any order") {
  Story story;
  const Socket listener = Socket::bound(SOCK_STREAM);
  std::array<std::optional<Answer>, 3> answers;
  for (std::uint8_t i = 0; i < 3; ++i) story.ask(listener.address(), Exchange::Over::tcp, question(i), answers[i]);
  story.run_until([&] { return story.has_input(listener); });
  const Socket connection = listener.accept();
  std::vector<Bytes> queries;
  story.run_until([&] {
    while (queries.size() < 3 && story.has_input(connection)) queries.push_back(connection.read_frame());
    return queries.size() == 3;
  });
  auto stray = reply_to(queries[1]);
  stray[14] ^= 1;
  connection.write(framed(stray));
  for (const int i : {2, 0, 1}) connection.write(framed(reply_to(queries[static_cast<std::size_t>(i)])));
  story.run();
  for (std::uint8_t i = 0; i < 3; ++i) {
    REQUIRE(answers[i]->has_value());
    CHECK(**answers[i] == reply_to(question(i)));
  }
  CHECK_FALSE(story.has_input(listener));
  CHECK(story.count("harbinger_exchange_ignored_replies_total", "tcp") == 1);
}

TEST_CASE("a reply that dribbles in octet by octet over TCP is put together") {
  Story story;
  const Socket listener = Socket::bound(SOCK_STREAM);
  std::optional<Answer> answer;
  const Socket connection = story.ask_over_tcp(listener, answer);
  story.run_until([&] { return story.has_input(connection); });
  const auto bytes = framed(reply_to(connection.read_frame()));
  std::size_t sent = 0;
  story.run_until([&] {
    connection.write({bytes[sent]});
    return ++sent == bytes.size();
  });
  story.run();
  REQUIRE(answer->has_value());
  CHECK(**answer == reply_to(question()));
}

TEST_CASE("a connection closed in the middle of its first reply is unreachable") {
  Story story;
  const Socket listener = Socket::bound(SOCK_STREAM);
  std::optional<Answer> answer;
  Socket connection = story.ask_over_tcp(listener, answer);
  story.run_until([&] { return story.has_input(connection); });
  auto half = framed(reply_to(connection.read_frame()));
  half.resize(half.size() / 2);
  connection.write(half);
  connection.close();
  story.run();
  REQUIRE_FALSE(answer->has_value());
  CHECK(answer->error().code == ErrorCode::unreachable);
}

TEST_CASE("a question on a connection that had worked and died is asked again on a new one") {
  Story story;
  const Socket listener = Socket::bound(SOCK_STREAM);
  std::optional<Answer> first, second;
  story.ask(listener.address(), Exchange::Over::tcp, question(0), first);
  story.run_until([&] { return story.has_input(listener); });
  Socket connection = listener.accept();
  story.run_until([&] { return story.has_input(connection); });
  connection.write(framed(reply_to(connection.read_frame())));
  story.run();
  REQUIRE(first->has_value());

  story.ask(listener.address(), Exchange::Over::tcp, question(1), second);
  story.run_until([&] { return story.has_input(connection); });
  connection.close();
  story.run_until([&] { return story.has_input(listener); });
  const Socket again = listener.accept();
  story.run_until([&] { return story.has_input(again); });
  again.write(framed(reply_to(again.read_frame())));
  story.run();
  REQUIRE(second->has_value());
  CHECK(**second == reply_to(question(1)));
}

TEST_CASE("a stream that is no DNS ends the question as malformed") {
  Story story;
  const Socket listener = Socket::bound(SOCK_STREAM);
  std::optional<Answer> answer;
  const Socket connection = story.ask_over_tcp(listener, answer);
  connection.write({0, 3, 1, 2, 3});
  story.run();
  REQUIRE_FALSE(answer->has_value());
  CHECK(answer->error().code == ErrorCode::malformed);
}

// 400 of 64512 ports: four or fewer meetings have odds of 99 %, twice in a row missing them is a defect.
TEST_CASE("400 questions leave from 400 ports under 400 ids, as good as") {
  const auto distinct = [] {
    Story story;
    const Socket server = Socket::bound(SOCK_DGRAM);
    std::set<std::uint16_t> ports, ids;
    for (int round = 0; round < 400; ++round) {
      std::optional<Answer> answer;
      story.ask(server.address(), Exchange::Over::udp, question(), answer);
      story.run_until([&] { return story.has_input(server); });
      const auto packet = server.receive_from();
      ports.insert(packet.from.sin_port);
      ids.insert(static_cast<std::uint16_t>(packet.bytes[0] << 8 | packet.bytes[1]));
      server.send_to(packet.from, reply_to(packet.bytes));
      story.run();
    }
    return std::min(ports.size(), ids.size());
  };
  CHECK((distinct() >= 396 || distinct() >= 396));
}

TEST_CASE("outside of a loop asking fails instead of waiting for ever") {
  const auto exchange = make_exchange();
  std::optional<Answer> answer;
  const auto ask = [](Exchange& asked, std::optional<Answer>& into) -> Task<void> {
    const auto query = question();
    Answer result =
        co_await asked.ask(*SocketAddress::parse("127.0.0.1:9"), Exchange::Over::udp, query, MonotonicTime{INT64_MAX});
    into = std::move(result);
  };
  start(ask(*exchange, answer));
  REQUIRE(answer.has_value());
  CHECK(answer->error().code == ErrorCode::internal);
}
