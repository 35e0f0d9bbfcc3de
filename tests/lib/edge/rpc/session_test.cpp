// How sessions begin and end.
#include <catch2/catch.hpp>

#include <csignal>

#include "tests/lib/edge/rpc/hub_pair.h"
#include "tests/lib/edge/rpc/raw_words.h"
#include "tests/lib/persona/rpc/raw_call.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

const std::string kSession = "/harbinger.edge.v1.EdgeHub/Session";

Process edge_process(const HubPair& pair) { return Process({HARBINGER_EDGE_PEER, "join", pair.address()}); }

std::chrono::milliseconds time_until(const std::function<bool()>& condition) {
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(wait_until(condition));
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

}  // namespace

TEST_CASE("a session ends when its edge goes") {
  const HubPair pair;
  auto uplink = pair.edge(hello_of("edge-1"));
  CHECK(pair.host->present() == 1);
  CHECK(pair.metric("harbinger_edge_sessions") == 1);
  uplink.reset();
  CHECK(wait_until([&] { return pair.host->present() == 0; }));
  CHECK(wait_until([&] { return pair.metric("harbinger_edge_sessions") == 0; }));
}

TEST_CASE("a session ends at once when its edge's process is killed") {
  const HubPair pair;
  auto edge = edge_process(pair);
  REQUIRE(wait_until([&] { return pair.host->present() == 1; }));
  REQUIRE(soon(pair.host->last(), [](const Heard& heard) { return !heard.statuses.empty(); }));
  edge.kill();
  CHECK(time_until([&] { return pair.host->present() == 0; }) < 1s);
}

TEST_CASE("a session ends soon when its edge says nothing any more, not even to pings") {
  const HubPair pair;
  auto edge = edge_process(pair);
  REQUIRE(wait_until([&] { return pair.host->present() == 1; }));
  edge.freeze();
  const auto took = time_until([&] { return pair.host->present() == 0; });
  INFO(took.count());
  CHECK(took < 4s);  // 2 s are promised, to a machine that has time
}

TEST_CASE("an edge notices soon that its server says nothing any more, and comes back when it does") {
  Process server({HARBINGER_EDGE_PEER, "serve"});
  REQUIRE(wait_until([&] { return server.output().ends_with('\n'); }));
  auto settings = quick(server.output().substr(0, server.output().find('\n')));
  const auto uplink = connect_hub(settings, hello_of("edge-1"), {}).value();
  REQUIRE(wait_until([&] { return uplink->connected(); }));
  server.freeze();
  const auto took = time_until([&] { return !uplink->connected(); });
  INFO(took.count());
  CHECK(took < 4s);  // as above
  server.signal(SIGCONT);
  CHECK(wait_until([&] { return uplink->connected(); }));
}

TEST_CASE("an edge that is quiet and well stays, however often both ask for each other") {
  const HubPair pair;
  Told told;
  const auto uplink = pair.edge(hello_of("edge-1"), told.events());
  CHECK_FALSE(wait_until([&] { return pair.host->present() == 0; }, 4s));
  CHECK(told.connected == std::vector{true});
}

TEST_CASE("an edge comes back when its server does, and says nothing of what it said to nobody") {
  auto pair = std::make_unique<HubPair>();
  const auto address = SocketAddress::parse(pair->address()).value();
  Told told;
  const auto uplink = pair->edge(hello_of("edge-1"), told.events());
  pair.reset();
  REQUIRE(wait_until([&] { return !uplink->connected(); }));
  uplink->status({.load = 0.125});

  HubServerSettings settings;
  settings.listen = {address};
  const HubPair again(settings);
  REQUIRE(wait_until([&] { return uplink->connected(); }));
  uplink->status({.load = 0.5});
  auto& heard = again.host->last();
  REQUIRE(soon(heard, [](const Heard& all) { return !all.statuses.empty(); }));
  CHECK(heard.statuses[0].load == 0.5);
  CHECK(told.connected == std::vector{true, false, true});
}

TEST_CASE("an edge without a server waits for one, and one that never comes is no error") {
  std::string address;
  {
    const HubPair gone;
    address = gone.address();
  }
  UplinkSettings settings;
  settings.address = address;
  Told told;
  auto uplink = connect_hub(settings, hello_of("edge-1"), told.events()).value();
  for (int i = 0; i < 1000; ++i) uplink->status({});
  CHECK_FALSE(uplink->connected());
  uplink.reset();
  CHECK(told.connected.empty());
}

TEST_CASE("an edge whose link is closed is told so, and comes again") {
  const HubPair pair;
  Told told;
  const auto uplink = pair.edge(hello_of("edge-1"), told.events());
  pair.host->last().link->close("another edge has your name");
  CHECK(wait_until([&] { return pair.host->edges().size() == 2 && uplink->connected(); }));
  CHECK(pair.host->present() == 1);
  CHECK(told.connected == std::vector{true, false, true});
}

TEST_CASE("the reason of a farewell stands in the edge's log") {
  class Lines final : public LogSink {
   public:
    void write(LogLevel, std::string_view line) override {
      const std::lock_guard lock(mutex);
      text += std::string(line) + "\n";
    }
    std::mutex mutex;
    std::string text;
  };
  const HubPair pair;
  Lines lines;
  auto settings = pair.settings();
  settings.log = Logger(lines, "uplink");
  const auto uplink = connect_hub(settings, hello_of("edge-1"), {}).value();
  REQUIRE(wait_until([&] { return uplink->connected(); }));
  pair.host->last().link->close("another edge has your name");
  CHECK(wait_until([&] {
    const std::lock_guard lock(lines.mutex);
    return lines.text.find("another edge has your name") != std::string::npos;
  }));
}

TEST_CASE("a server that stops ends its sessions and keeps no host") {
  auto pair = std::make_unique<HubPair>();
  const auto uplink = pair->edge(hello_of("edge-1"));
  const auto host = pair->host;
  auto& heard = host->last();
  pair.reset();
  CHECK(host->present() == 0);
  CHECK(host.use_count() == 1);
  // Whoever still has the link says things to nobody.
  heard.link->send(std::span<const Job>(std::vector<Job>{{.resource = "https://example.org/"}}));
  heard.link->close("too late");
}

TEST_CASE("a host's refusal reaches the edge, which asks again") {
  const HubPair pair;
  pair.host->refusal = Error{ErrorCode::conflict, "edge-1 is here already"};
  const auto answer = raw_call(pair.address(), kSession, {hello_octets("edge-1")});
  CHECK(answer.message == "edge-1 is here already");
  const auto uplink = connect_hub(pair.settings(), hello_of("edge-1"), {}).value();
  CHECK(wait_until([&] { return pair.metric("harbinger_edge_sessions_total", "refused") >= 3; }));
  CHECK_FALSE(uplink->connected());
}

TEST_CASE("a session begins with a Hello, and has one") {
  const HubPair pair;
  const auto answer = raw_call(pair.address(), kSession, {bad_status(0.5)});
  CHECK(answer.code == "INVALID_ARGUMENT");
  CHECK(answer.message == "a session begins with a Hello");
  CHECK(raw_call(pair.address(), kSession, {hello_octets("a"), hello_octets("b")}).message ==
        "a session has one Hello");
  CHECK(raw_call(pair.address(), kSession, {hello_octets("two words")}).message ==
        "an edge's name is 1 to 255 printable characters without blanks");
  CHECK(connect_hub(pair.settings(), hello_of(""), {}).error().code == ErrorCode::malformed);
  CHECK(wait_until([&] { return pair.host->present() == 0; }));
}

TEST_CASE("who does not say Hello in time is sent away") {
  HubServerSettings settings;
  settings.hello_within = 50ms;
  const HubPair pair(settings);
  // Says nothing, and waits for what the server says.
  const auto answer = raw_call(pair.address(), kSession, {}, {}, 1000, true);
  CHECK(answer.code == "DEADLINE_EXCEEDED");
  CHECK(answer.message == "a session begins with a Hello, soon");
}

TEST_CASE("more edges than there may be are refused, and room comes back") {
  HubServerSettings settings;
  settings.most_sessions = 1;
  const HubPair pair(settings);
  auto first = pair.edge(hello_of("edge-1"));
  const auto answer = raw_call(pair.address(), kSession, {hello_octets("edge-2")});
  CHECK(answer.code == "RESOURCE_EXHAUSTED");
  CHECK(answer.message == "no room for another edge");
  first.reset();
  REQUIRE(wait_until([&] { return pair.host->present() == 0; }));
  const auto second = connect_hub(pair.settings(), hello_of("edge-2"), {}).value();
  CHECK(wait_until([&] { return second->connected(); }));
}

TEST_CASE("an edge that does not read is shed, and nobody waits for it") {
  HubServerSettings settings;
  settings.most_waiting = 100;
  settings.silence = 60s;  // a client that does not read may not answer pings, either
  const HubPair pair(settings);
  const StuckEdge stuck(pair.address(), "edge-1");
  REQUIRE(wait_until([&] { return pair.host->present() == 1; }));
  const std::vector<Job> jobs(100, {.resource = "https://example.org/" + std::string(200, 'a')});
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 200; ++i) pair.host->last().link->send(std::span<const Job>(jobs));
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
  CHECK(pair.metric("harbinger_edge_shed_total") > 0);
  CHECK(pair.host->present() == 1);
  // It is cut off although it does not read the farewell.
  pair.host->last().link->close("you do not read");
  CHECK(wait_until([&] { return pair.host->present() == 0; }));
}
