// Queries over TCP (RFC 7766), and clients that make trouble.
#include <algorithm>
#include <thread>

#include "tests/support/test_server.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

std::string serving(const std::string& global = "") {
  return "{\n workers 1\n" + global + "}\n.:0 {\n bind 127.0.0.1 ::1\n trial\n}\n";
}

Stream connect(TestServer& server, bool v6 = false) {
  auto stream = Stream::connect(server.address(v6));
  if (!stream) throw std::runtime_error(stream.error().to_string());
  return std::move(*stream);
}

std::uint16_t id_of(const Result<std::vector<std::uint8_t>>& reply) {
  if (!reply) throw std::runtime_error(reply.error().to_string());
  return Header::parse(*reply)->id;
}

bool closed_by_server(Stream& stream) {
  const auto end = stream.receive();
  return !end && end.error().code != ErrorCode::timeout;
}

double closed(TestServer& server, const char* cause) {
  return server.metric("harbinger_tcp_closed_total", {{"cause", cause}});
}

}  // namespace

TEST_CASE("TCP queries are answered over IPv4 and IPv6") {
  TestServer server(serving());
  for (const bool v6 : {false, true}) {
    const auto answer = ask_over_tcp(server.address(v6), "example.org.");
    REQUIRE(answer);
    CHECK(answer->message.answers.size() == 1);
  }
}

TEST_CASE("pipelined queries are answered as they get ready, in any order") {
  TestServer server(serving());
  auto stream = connect(server);
  const ClosedGate gate;
  REQUIRE(stream.send(query_for("slow.example.org.", 1)));
  REQUIRE(stream.send(query_for("example.org.", 2)));
  CHECK(id_of(stream.receive()) == 2);
  gate_open = true;
  CHECK(id_of(stream.receive()) == 1);
}

TEST_CASE("many queries in one write are all answered") {
  TestServer server(serving());
  auto stream = connect(server);
  std::vector<std::uint8_t> all;
  for (std::uint16_t id = 0; id < 3000; ++id) {
    const auto query = query_for("example.org.", id);
    all.insert(all.end(), {static_cast<std::uint8_t>(query.size() >> 8), static_cast<std::uint8_t>(query.size())});
    all.insert(all.end(), query.begin(), query.end());
  }
  REQUIRE(stream.send_raw(all));
  std::vector<bool> seen(3000);
  for (int i = 0; i < 3000; ++i) seen.at(id_of(stream.receive())) = true;
  CHECK(std::ranges::count(seen, true) == 3000);
}

TEST_CASE("a query that comes octet by octet is answered") {
  TestServer server(serving());
  auto stream = connect(server);
  auto octets = query_for("example.org.", 7);
  octets.insert(octets.begin(), {0, static_cast<std::uint8_t>(octets.size())});
  for (const auto& octet : octets) REQUIRE(stream.send_raw({&octet, 1}));
  CHECK(id_of(stream.receive()) == 7);
}

TEST_CASE("reading pauses while as many queries are in work as a connection may have") {
  TestServer server(serving(" tcp_pipeline 3\n"));
  auto stream = connect(server);
  const ClosedGate gate;
  for (std::uint16_t id = 1; id <= 10; ++id)
    REQUIRE(stream.send(query_for("slow" + std::to_string(id) + ".example.org.", id)));
  REQUIRE(wait_until([] { return waiting_at_gate == 3; }));
  CHECK(ask_over_tcp(server.address(), "example.org."));
  CHECK(waiting_at_gate == 3);
  gate_open = true;
  unsigned sum = 0;
  for (int i = 0; i < 10; ++i) sum += id_of(stream.receive());
  CHECK(sum == 55);
}

TEST_CASE("a connection that asks nothing is closed") {
  TestServer server(serving(" tcp_idle_timeout 100ms\n"));
  auto stream = connect(server);
  REQUIRE(stream.send(query_for("example.org.")));
  CHECK(stream.receive());
  CHECK(closed_by_server(stream));
  CHECK(closed(server, "idle") == 1);
}

TEST_CASE("half a message is waited for only so long, even when octets keep coming") {
  TestServer server(serving(" tcp_message_timeout 100ms\n tcp_idle_timeout 10s\n"));
  auto stream = connect(server);
  const std::vector<std::uint8_t> length{0x10, 0x00};
  REQUIRE(stream.send_raw(length));
  const std::vector<std::uint8_t> one{0};
  CHECK(wait_until([&] {
    stream.send_raw(one);
    return closed(server, "slow_message") == 1;
  }));
}

TEST_CASE("a client that asks and does not read is closed, and costs bounded memory") {
  TestServer server(serving(" tcp_message_timeout 200ms\n tcp_idle_timeout 10s\n"));
  auto stream = connect(server);
  const auto query = query_for("big.example.org.", 1, RRType::TXT);
  // The server stops to read, so the client's own socket buffer fills up: sending ends by itself.
  std::thread greedy([&] {
    for (int i = 0; i < 2000 && stream.send(query); ++i) {
    }
  });
  CHECK(wait_until([&] { return closed(server, "slow_reader") == 1; }));
  greedy.join();
  CHECK(ask_over_tcp(server.address(), "example.org."));
}

TEST_CASE("a client that does not read is answered only until some hundred kilobytes wait for it") {
  TestServer server(serving(" tcp_message_timeout 200ms\n"));
  auto stream = connect(server);
  const auto query = query_for("big.example.org.", 1, RRType::TXT);
  std::vector<std::uint8_t> hundreds;
  for (int i = 0; i < 500; ++i) {
    hundreds.insert(hundreds.end(), {0, static_cast<std::uint8_t>(query.size())});
    hundreds.insert(hundreds.end(), query.begin(), query.end());
  }
  REQUIRE(stream.send_raw(hundreds));
  CHECK(wait_until([&] { return closed(server, "slow_reader") == 1; }));
  CHECK(server.metric("harbinger_cache_misses_total") < 50);
}

TEST_CASE("a client that asks for more than one turn's worth gets all of it") {
  TestServer server(serving());
  auto stream = connect(server);
  constexpr int kQueries = 100;
  for (int i = 0; i < kQueries; ++i)
    REQUIRE(stream.send(query_for("big.example.org.", static_cast<std::uint16_t>(i), RRType::TXT)));
  stream.finish_sending();
  for (int i = 0; i < kQueries; ++i) {
    const auto reply = stream.receive();
    REQUIRE(reply);
    CHECK((*reply)[1] == i);
  }
}

TEST_CASE("a length too short for a message closes the connection") {
  TestServer server(serving());
  for (const std::uint8_t length : {0, 1, 11}) {
    auto stream = connect(server);
    REQUIRE(stream.send(query_for("example.org.", 5)));
    const std::vector<std::uint8_t> broken{0, length};
    REQUIRE(stream.send_raw(broken));
    CHECK(id_of(stream.receive()) == 5);
    CHECK(closed_by_server(stream));
  }
  CHECK(closed(server, "broken") == 3);
}

TEST_CASE("garbage over TCP does no harm") {
  TestServer server(serving());
  for (int i = 0; i < 200; ++i) {
    auto stream = connect(server);
    stream.send_raw(std::vector<std::uint8_t>(static_cast<std::size_t>(1 + i * 7), static_cast<std::uint8_t>(i * 31)));
    if (i % 2) stream.send(std::vector<std::uint8_t>(12 + static_cast<std::size_t>(i), static_cast<std::uint8_t>(i)));
  }
  CHECK(ask_over_tcp(server.address(), "example.org."));
}

TEST_CASE("when there are too many connections, the one silent for longest goes") {
  TestServer server(serving(" tcp_connections 3\n"));
  auto first = connect(server), second = connect(server), third = connect(server);
  for (auto* stream : {&first, &second, &third}) {
    REQUIRE(stream->send(query_for("example.org.")));
    REQUIRE(stream->receive());
  }
  REQUIRE(first.send(query_for("example.org.")));
  REQUIRE(first.receive());

  auto fourth = connect(server);
  CHECK(closed_by_server(second));
  CHECK(closed(server, "crowded_out") == 1);
  for (auto* stream : {&first, &third, &fourth}) {
    REQUIRE(stream->send(query_for("example.org.")));
    CHECK(stream->receive());
  }
}

TEST_CASE("a client that closed its direction still gets its replies") {
  TestServer server(serving());
  auto stream = connect(server);
  const ClosedGate gate;
  REQUIRE(stream.send(query_for("slow.example.org.", 3)));
  stream.finish_sending();
  REQUIRE(wait_until([] { return waiting_at_gate == 1; }));
  gate_open = true;
  CHECK(id_of(stream.receive()) == 3);
  CHECK(closed_by_server(stream));
}

TEST_CASE("a reply for a client that left is dropped") {
  TestServer server(serving());
  const ClosedGate gate;
  {
    auto stream = connect(server);
    REQUIRE(stream.send(query_for("slow.example.org.", 3)));
    REQUIRE(wait_until([] { return waiting_at_gate == 1; }));
  }
  gate_open = true;
  CHECK(wait_until([] { return waiting_at_gate == 0; }));
  CHECK(ask_over_tcp(server.address(), "example.org."));
}
