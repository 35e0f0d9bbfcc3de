// Start, reload and stop of a server within the process.
#include <sys/socket.h>
#include <unistd.h>
#include <thread>

#include "server/sockets.h"
#include "tests/support/test_server.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

std::string on_port(std::uint16_t port, const std::string& global = "") {
  return "{\n workers 1\n" + global + "}\n.:" + std::to_string(port) + " {\n bind 127.0.0.1\n trial\n}\n";
}

std::string answering(const std::string& address, const std::string& binds = "127.0.0.1", std::uint16_t port = 0) {
  return "{\n workers 2\n}\n.:" + std::to_string(port) + " {\n bind " + binds + "\n trial {\n  answer " + address +
         "\n }\n}\n";
}

// What the server says, as text; empty when it says nothing.
std::string answer_of(const SocketAddress& address) {
  const auto answer = ask(address, "example.org.", RRType::A);
  if (!answer || answer->message.answers.empty()) return "";
  return answer->message.answers.front().to_string();
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a port that another process listens on is refused, with a message that says so") {
  const auto taken = server::open_udp(loopback(0));
  REQUIRE(taken);
  // The other socket has SO_REUSEPORT set, so the system itself would let us join it.
  const auto port = server::bound_address(*taken).port;
  const auto errors = start_errors(on_port(port));
  CHECK(contains(errors, "cannot listen on 127.0.0.1:" + std::to_string(port) + " (udp)"));
  CHECK(contains(errors, "in use by another process"));
  CHECK(trials_alive == 0);
}

TEST_CASE("a TCP port that another process listens on is refused too") {
  const auto taken = server::open_tcp(loopback(0));
  REQUIRE(taken);
  const auto errors = start_errors(on_port(server::bound_address(*taken).port));
  CHECK(contains(errors, "(tcp): address in use"));
}

TEST_CASE("a second server on the same port does not start, unless ports are to be shared") {
  TestServer first(on_port(0));
  const auto port = first.address().port;
  CHECK(contains(start_errors(on_port(port)), "in use by another process"));
  CHECK(start_errors(on_port(port, " share_port\n")).empty());
  CHECK(answer_of(first.address()) != "");
}

TEST_CASE("all addresses that cannot be listened on are told at once") {
  const auto errors = start_errors(".:0 {\n bind 198.51.100.1 203.0.113.1 127.0.0.1\n trial\n}\n");
  CHECK(contains(errors, "198.51.100.1:0"));
  CHECK(contains(errors, "203.0.113.1:0"));
  CHECK(contains(errors, "no interface of this machine has that address"));
}

TEST_CASE("the port of UDP is the port of TCP when the system chooses it") {
  TestServer server("{\n workers 3\n}\n.:0 {\n bind 127.0.0.1\n trial\n}\n");
  CHECK(server->addresses().size() == 1);
  CHECK(ask(server.address(), "example.org.", RRType::A));
  CHECK(ask_over_tcp(server.address(), "example.org."));
}

TEST_CASE("a reload replaces the answers and keeps the sockets") {
  const Scratch folder;
  TestServer server(folder.write("Harbingerfile", answering("192.0.2.1")));
  const auto address = server.address();
  auto stream = Stream::connect(address);
  REQUIRE(stream);
  CHECK(contains(answer_of(address), "192.0.2.1"));

  folder.write("Harbingerfile", answering("192.0.2.2"));
  REQUIRE(server->reload());
  CHECK(server.address() == address);
  CHECK(contains(answer_of(address), "192.0.2.2"));
  REQUIRE(stream->send(query_for("example.org.")));
  const auto reply = stream->receive();
  REQUIRE(reply);
  CHECK(contains(Message::parse(*reply)->to_string(), "192.0.2.2"));
  CHECK(wait_until([] { return trials_alive == 1; }));
}

TEST_CASE("a reload of the same configuration only tells the plugins") {
  const Scratch folder;
  TestServer server(folder.write("Harbingerfile", answering("192.0.2.1")));
  trial_refreshes = 0;
  REQUIRE(server->reload());
  CHECK(trial_refreshes == 1);
  CHECK(trials_alive == 1);
}

TEST_CASE("a reload opens new addresses and closes removed ones") {
  const Scratch folder;
  TestServer server(folder.write("Harbingerfile", answering("192.0.2.1", "127.0.0.1 127.0.0.2")));
  const auto before = server->addresses();
  REQUIRE(before.size() == 2);
  folder.write("Harbingerfile", answering("192.0.2.2", "127.0.0.2 127.0.0.3"));
  REQUIRE(server->reload());

  const auto after = server->addresses();
  REQUIRE(after.size() == 2);
  CHECK(after[0] == before[1]);
  CHECK(answer_of(before[0].address) == "");
  CHECK(contains(answer_of(after[0].address), "192.0.2.2"));
  CHECK(contains(answer_of(after[1].address), "192.0.2.2"));
}

TEST_CASE("a reload from all addresses to a single one of the same port works") {
  const Scratch folder;
  const auto port = free_port();
  TestServer server(folder.write("Harbingerfile", answering("192.0.2.1", "0.0.0.0", port)));
  folder.write("Harbingerfile", answering("192.0.2.2", "127.0.0.1", port));
  REQUIRE(server->reload());
  CHECK(contains(answer_of(loopback(port)), "192.0.2.2"));
}

TEST_CASE("a wrong configuration changes nothing") {
  const Scratch folder;
  TestServer server(folder.write("Harbingerfile", answering("192.0.2.1")));
  const auto taken = server::open_udp(loopback(0));
  const auto port = server::bound_address(*taken).port;
  for (const auto& wrong : {std::string("example.org {\n nonsense\n"), std::string(".:0 {\n nonsense\n}\n"),
                            answering("no address"), answering("192.0.2.2", "127.0.0.1", port)}) {
    folder.write("Harbingerfile", wrong);
    const auto done = server->reload();
    CAPTURE(wrong);
    REQUIRE_FALSE(done);
    CHECK(contains(server.log(), "reload failed, the old configuration stays: " + done.error().front().to_string()));
    CHECK(contains(answer_of(server.address()), "192.0.2.1"));
    CHECK(trials_alive == 1);
  }
  CHECK(server.metric("harbinger_reloads_total", {{"outcome", "failed"}}) == 4);
}

TEST_CASE("a query in work when the configuration changes is answered by the old one") {
  const Scratch folder;
  TestServer server(folder.write("Harbingerfile", answering("192.0.2.1")));
  const ClosedGate gate;
  std::string old;
  std::thread client([&] {
    const auto answer = ask(server.address(), "slow.example.org.", RRType::A);
    if (answer && !answer->message.answers.empty()) old = answer->message.answers.front().to_string();
  });
  CHECK(wait_until([] { return waiting_at_gate == 1; }));
  folder.write("Harbingerfile", answering("192.0.2.2"));
  CHECK(server->reload());
  CHECK(contains(answer_of(server.address()), "192.0.2.2"));
  CHECK(trials_alive == 2);
  gate_open = true;
  client.join();
  CHECK(contains(old, "192.0.2.1"));
  CHECK(wait_until([] { return trials_alive == 1; }));
}

TEST_CASE("a graceful stop answers what is in work, over UDP and TCP") {
  TestServer server(on_port(0));
  const auto address = server.address();
  const ClosedGate gate;
  bool udp = false, tcp = false;
  std::thread one([&] { udp = ask(address, "slow1.example.org.", RRType::A).has_value(); });
  std::thread two([&] { tcp = ask_over_tcp(address, "slow2.example.org.").has_value(); });
  CHECK(wait_until([] { return waiting_at_gate == 2; }));
  server->stop();
  CHECK(wait_until([&] { return !answers(address); }));  // no longer listening
  gate_open = true;
  one.join();
  two.join();
  server->wait();
  CHECK(udp);
  CHECK(tcp);
  CHECK(server->addresses().empty());
}

TEST_CASE("a server goes on answering for its lame-duck time") {
  TestServer server(on_port(0, " lameduck 300ms\n"));
  const auto before = std::chrono::steady_clock::now();
  server->stop();
  CHECK(wait_until([&] { return contains(server.log(), "stopping"); }));
  CHECK(answer_of(server.address()) != "");
  server->wait();
  CHECK(std::chrono::steady_clock::now() - before >= 300ms);
  CHECK(trials_alive == 0);
}

TEST_CASE("a server that is told nothing stops when its object goes") {
  {
    TestServer server(on_port(0, " lameduck 10m\n"));
  }
  CHECK(trials_alive == 0);
}
