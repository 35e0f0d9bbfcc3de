// What comes to the door that should not.
#include <catch2/catch.hpp>

#include <cmath>

#include "edge/rpc/tidy.h"
#include "tests/lib/edge/rpc/hub_pair.h"
#include "tests/lib/edge/rpc/raw_words.h"
#include "tests/lib/persona/rpc/raw_call.h"
#include "tests/support/http_client.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

const std::string kService = "/harbinger.edge.v1.EdgeHub/";

// Whether edges may still come.
bool is_well(const HubPair& pair) { return pair.edge(hello_of("another"))->connected(); }

}  // namespace

TEST_CASE("absurd numbers are cut or refused and counted; what stands beside them is taken") {
  const HubPair pair;
  const auto answer = raw_call(pair.address(), kService + "Session", {hello_octets("edge-1"), absurd_words()});
  CHECK(answer.code == "OK");
  const auto& heard = pair.host->last();
  REQUIRE(heard.statuses.size() == 1);
  CHECK(heard.statuses[0].load == 1);
  CHECK(heard.statuses[0].hits == 10);
  CHECK(heard.statuses[0].bytes_served == 1ULL << 50);
  CHECK(heard.statuses[0].jobs_waiting == 1 << 20);
  REQUIRE(heard.latencies.size() == 1);
  CHECK(heard.latencies[0].client.to_string() == "192.0.2.0");
  CHECK(heard.accesses.empty());
  CHECK(heard.done.empty());
  CHECK(heard.lines.empty());
  CHECK(pair.metric("harbinger_edge_cut_total", "status") == 1);
  CHECK(pair.metric("harbinger_edge_refused_total", "latency") == 4);
  CHECK(pair.metric("harbinger_edge_refused_total", "access") == 1);
  CHECK(pair.metric("harbinger_edge_refused_total", "done") == 1);
  CHECK(pair.metric("harbinger_edge_refused_total", "line") == 1);
}

TEST_CASE("a Status with a load that is no number is not taken, and the session goes on") {
  const HubPair pair;
  raw_call(pair.address(), kService + "Session",
           {hello_octets("edge-1"), bad_status(std::nan("")), bad_status(-1), bad_status(0.25)});
  const auto& heard = pair.host->last();
  REQUIRE(heard.statuses.size() == 1);
  CHECK(heard.statuses[0].load == 0.25);
  CHECK(pair.metric("harbinger_edge_refused_total", "status") == 2);
}

TEST_CASE("octets that are no message end the session with a reason") {
  const HubPair pair;
  const auto answer = raw_call(pair.address(), kService + "Session", {hello_octets("edge-1"), "\x12\x7fnot so long"});
  CHECK(answer.code == "INVALID_ARGUMENT");
  CHECK(answer.message == "this is no harbinger.edge.v1.SessionRequest");
  CHECK(pair.metric("harbinger_edge_bad_messages_total") == 1);
  CHECK(is_well(pair));
}

TEST_CASE("a message of too many parts is refused whole, with both numbers") {
  const HubPair pair;
  const auto answer = raw_call(pair.address(), kService + "Session", {hello_octets("edge-1"), empty_latencies(5000)});
  CHECK(answer.code == "INVALID_ARGUMENT");
  CHECK(answer.message == "a message of 5000 parts; at most 4096 are taken");
  CHECK(raw_call(pair.address(), kService + "ReportLatencies", {empty_reports(5000)}).code == "INVALID_ARGUMENT");
  CHECK(pair.metric("harbinger_edge_refused_total") == 0);
}

TEST_CASE("a message of more than half a megabyte is refused") {
  const HubPair pair;
  for (const auto* method : {"Session", "ReportLatencies"})
    CHECK(raw_call(pair.address(), kService + method, {std::string(600 << 10, 'a')}).code == "RESOURCE_EXHAUSTED");
  CHECK(raw_call(pair.address(), kService + "Session", {hello_octets("edge-1"), std::string(600 << 10, 'a')}).code ==
        "RESOURCE_EXHAUSTED");
  CHECK(wait_until([&] { return pair.host->present() == 0; }));
  CHECK(is_well(pair));
}

TEST_CASE("octets on the port that are no HTTP/2 are hung up on, and edges still come") {
  const HubPair pair;
  const auto address = SocketAddress::parse(pair.address()).value();
  for (const std::string& garbage :
       {std::string("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), std::string(1000, '\0'), std::string(1000, '\xff'),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + std::string(1000, '\xff')}) {
    HttpClient client(address);
    client.send(garbage);
    CHECK(client.closed());
  }
  CHECK(is_well(pair));
}

TEST_CASE("an edge does not send what would not get through the door") {
  const HubPair pair;
  Metrics metrics;
  auto settings = pair.settings();
  settings.metrics = &metrics;
  const auto uplink = connect_hub(settings, hello_of("edge-1"), {}).value();
  REQUIRE(wait_until([&] { return uplink->connected(); }));
  const std::vector<Line> lines{{std::string(1 << 20, 'a'), {}}, {"good", {}}, {"", {}}};
  uplink->lines(lines);
  auto& heard = pair.host->last();
  REQUIRE(soon(heard, [](const Heard& all) { return !all.lines.empty(); }));
  CHECK(heard.lines[0].context == "good");
  CHECK(pair.metric("harbinger_edge_refused_total") == 0);
  double refused = 0;
  for (const auto& sample : metrics.collect())
    if (sample.name == "harbinger_edge_uplink_refused_total") refused += sample.value;
  CHECK(refused == 2);
}

TEST_CASE("a server does not send jobs that are none") {
  const HubPair pair;
  Told told;
  const auto uplink = pair.edge(hello_of("edge-1"), told.events());
  const std::vector<Job> jobs{{.id = 1, .resource = "two words"},
                              {.id = 2, .resource = "https://example.org/", .probability = std::nan("")},
                              {.id = 3, .resource = "https://example.org/", .benefit_ms = -1},
                              {.id = 4, .resource = "https://example.org/", .benefit_ms = 1e300}};
  pair.host->last().link->send(std::span<const Job>(jobs));
  REQUIRE(wait_until([&] { return told.jobs_told() == 1; }));
  CHECK(told.jobs[0].id == 4);
  CHECK(told.jobs[0].benefit_ms == 86'400'000);
}

TEST_CASE("a name is 1 to 255 printable characters without blanks") {
  CHECK(is_name("a"));
  CHECK(is_name(std::string(255, '~')));
  CHECK_FALSE(is_name(""));
  CHECK_FALSE(is_name(std::string(256, 'a')));
  for (const char* text : {"a b", "a\n", "\x7f", "\xc3\xa4"}) CHECK_FALSE(is_name(text));
}

TEST_CASE("a line keeps its good successors, and at most 64") {
  Line line{"context", {{"bad one", 0.5F}, {"good", 0.5F}, {"good", 1.5F}, {"good", std::nanf("")}}};
  CHECK(tidy(line) == Found::cut);
  CHECK(line.successors.size() == 1);
  line.successors.assign(100, {"good", 0.01F});
  CHECK(tidy(line) == Found::cut);
  CHECK(line.successors.size() == 64);
  CHECK(tidy(line) == Found::fine);
}

TEST_CASE("a reason for people is cut, and cannot forge a line") {
  JobDone done{.id = 1, .resource = "r", .outcome = JobDone::Outcome::failed, .why = "a\nb" + std::string(300, 'c')};
  CHECK(tidy(done) == Found::cut);
  CHECK(done.why.size() == 255);
  CHECK(done.why.starts_with("a?b"));
}

TEST_CASE("an access of another day is not taken") {
  Fetched access{1'700'000'000'000, 1, "r", Outcome::served, 0, 0};
  CHECK(tidy(access, access.at) == Found::fine);
  CHECK(tidy(access, access.at + 86'400'001) == Found::refused);
  CHECK(tidy(access, access.at - 60'001) == Found::refused);
}
