// Who may call what: tokens, TLS, addresses that would be open to everybody; and reports of latencies.
#include <limits>

#include <catch2/catch.hpp>

#include "tests/lib/edge/rpc/hub_pair.h"
#include "tests/lib/edge/rpc/raw_words.h"
#include "tests/lib/persona/rpc/raw_call.h"
#include "tests/support/certificates.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

const std::string kEdge = "edges-have-this-token", kReport = "reporters-have-that-one";
const std::string kService = "/harbinger.edge.v1.EdgeHub/";

HubServerSettings with_tokens(const Scratch& folder) {
  HubServerSettings settings;
  settings.tokens = folder.write("tokens", kEdge + " edge\n" + kReport + " report\n");
  return settings;
}

std::map<std::string, std::string> bearer(const std::string& token) { return {{"authorization", "Bearer " + token}}; }

std::string good_report() { return report_octets("192.0.2.0/24", "cdn-a", 20); }

Error refusal(const HubServerSettings& settings) {
  const auto server = serve_edges(std::make_shared<FakeHost>(), {}, settings);
  REQUIRE_FALSE(server);
  return server.error();
}

// Whether an edge gets in. A refusal is waited for at the server's end where there is one.
bool gets_in(const UplinkSettings& settings, std::chrono::milliseconds limit) {
  const auto uplink = connect_hub(settings, hello_of("edge-1"), {}).value();
  return wait_until([&] { return uplink->connected(); }, limit);
}

HubServerSettings with_tls(const Authority& authority) {
  const auto identity = authority.sign("dns.example");
  HubServerSettings settings;
  settings.certificate = identity.certificate;
  settings.key = identity.key;
  return settings;
}

}  // namespace

TEST_CASE("without a token that is known, nobody joins and nobody reports") {
  const Scratch folder;
  const HubPair pair(with_tokens(folder));
  for (const auto* token : {"", "this-is-not-a-token-at-all"}) {
    const auto metadata = *token ? bearer(token) : std::map<std::string, std::string>();
    CHECK(raw_call(pair.address(), kService + "Session", {hello_octets("edge-1")}, metadata).code == "UNAUTHENTICATED");
    CHECK(raw_call(pair.address(), kService + "ReportLatencies", {good_report()}, metadata).code == "UNAUTHENTICATED");
    const auto uplink = connect_hub(pair.settings(token), hello_of("edge-1"), {}).value();
    const auto before = pair.metric("harbinger_edge_sessions_total", "refused");
    CHECK(wait_until([&] { return pair.metric("harbinger_edge_sessions_total", "refused") > before; }));
    CHECK_FALSE(uplink->connected());
  }
  CHECK(pair.host->edges().empty());
  CHECK(pair.reports.empty());
}

TEST_CASE("a token of scope report may report latencies and not join") {
  const Scratch folder;
  const HubPair pair(with_tokens(folder));
  CHECK(raw_call(pair.address(), kService + "ReportLatencies", {good_report()}, bearer(kReport)).code == "OK");
  const auto answer = raw_call(pair.address(), kService + "Session", {hello_octets("edge-1")}, bearer(kReport));
  CHECK(answer.code == "PERMISSION_DENIED");
  CHECK(answer.message == "this token may report latencies and events only");
  CHECK(pair.host->edges().empty());
}

TEST_CASE("a token of scope edge may do both") {
  const Scratch folder;
  const HubPair pair(with_tokens(folder));
  CHECK(raw_call(pair.address(), kService + "ReportLatencies", {good_report()}, bearer(kEdge)).code == "OK");
  CHECK(gets_in(pair.settings(kEdge), 20s));
}

TEST_CASE("a file of tokens for edges has scopes of its own") {
  const Scratch folder;
  HubServerSettings settings;
  settings.listen = {any_port()};
  settings.tokens = folder.write("tokens", "0123456789abcdef assign\n");
  CHECK(refusal(settings).message == "a token is followed by its scope, `edge` or `report`");
  settings.tokens = folder / "nowhere";
  CHECK(refusal(settings).code == ErrorCode::not_found);
}

TEST_CASE("edges are not served to everybody on an address that is not the machine's own") {
  HubServerSettings settings;
  settings.listen = {any_port(), SocketAddress::parse("0.0.0.0:0").value()};
  const auto error = refusal(settings);
  CHECK(error.code == ErrorCode::denied);
  CHECK(error.message ==
        "everybody could be an edge at 0.0.0.0:0: give a file of tokens or a client CA, or listen on 127.0.0.1");
  const Scratch folder;
  settings.tokens = with_tokens(folder).tokens;
  CHECK(serve_edges(std::make_shared<FakeHost>(), {}, settings));
  CHECK(refusal({}).message == "no address to listen on");
}

TEST_CASE("an address in use is a conflict") {
  const HubPair pair;
  HubServerSettings settings;
  settings.listen = pair.server->addresses();
  CHECK(refusal(settings).code == ErrorCode::conflict);
}

TEST_CASE("with TLS an edge joins the server whose certificate its CA has signed, and no other") {
  const Scratch folder;
  const Authority ours(folder, "ours"), theirs(folder, "theirs");
  const HubPair pair(with_tls(ours));
  auto wanted = pair.settings();
  wanted.tls_name = "dns.example";
  wanted.ca = theirs.certificate();
  CHECK_FALSE(gets_in(wanted, 300ms));
  CHECK_FALSE(gets_in(pair.settings(), 300ms));
  CHECK(pair.host->edges().empty());
  wanted.ca = ours.certificate();
  CHECK(gets_in(wanted, 20s));
}

TEST_CASE("with mutual TLS edges join whose certificate the server's CA has signed, and no others") {
  const Scratch folder;
  const Authority ours(folder, "ours"), theirs(folder, "theirs");
  auto settings = with_tls(ours);
  settings.client_ca = ours.certificate();
  const HubPair pair(settings);
  const auto friendly = ours.sign("edge.example"), foreign = theirs.sign("edge.example");
  auto wanted = pair.settings();
  wanted.tls_name = "dns.example";
  wanted.ca = ours.certificate();
  CHECK_FALSE(gets_in(wanted, 300ms));
  wanted.certificate = foreign.certificate;
  wanted.key = foreign.key;
  CHECK_FALSE(gets_in(wanted, 300ms));
  CHECK(pair.host->edges().empty());
  wanted.certificate = friendly.certificate;
  wanted.key = friendly.key;
  CHECK(gets_in(wanted, 20s));
}

TEST_CASE("certificates that do not fit are refused at the start, at both ends") {
  const Scratch folder;
  const Authority authority(folder, "ca");
  auto settings = with_tls(authority);
  settings.listen = {any_port()};
  settings.key = std::nullopt;
  CHECK(refusal(settings).message == "a certificate and its key go together; one of them is missing");
  UplinkSettings client;
  client.address = "127.0.0.1:1";
  client.ca = folder / "nowhere";
  CHECK(connect_hub(client, hello_of("edge-1"), {}).error().code == ErrorCode::not_found);
  client.ca.reset();
  client.certificate = client.key = authority.certificate();
  CHECK(connect_hub(client, hello_of("edge-1"), {}).error().code == ErrorCode::conflict);
}

TEST_CASE("a report arrives with all its fields, and its reporter is told what was taken") {
  HubPair pair;
  const auto report = [&](const std::string& octets) {
    const auto answer = raw_call(pair.address(), kService + "ReportLatencies", {octets});
    REQUIRE(answer.code == "OK");
    return receipt_of(answer.octets.at(0));
  };
  // Fields of one message behind another add up.
  const auto receipt =
      report(report_octets("192.0.2.77", "cdn-a", 20.5F, 60) + report_octets("2001:db8::/32", "cdn-b", 80) +
             report_octets("192.0.2.0/24", "nobody", 20) + report_octets("everywhere", "cdn-a", 20) +
             report_octets("192.0.2.0/24", "", 20) + report_octets("192.0.2.0/24", "cdn-a", -1));
  CHECK(receipt.taken == 2);
  CHECK(receipt.rejected == 4);
  REQUIRE(pair.reports.size() == 3);
  CHECK(pair.reports[0].clients.to_string() == "192.0.2.0/24");
  CHECK(pair.reports[0].endpoint == "cdn-a");
  CHECK(pair.reports[0].rtt_ms == 20.5F);
  CHECK(pair.reports[0].lives == 60s);
  CHECK(pair.reports[1].clients.to_string() == "2001:db8::/32");
  CHECK(pair.reports[1].lives == 30s);
  CHECK(pair.metric("harbinger_edge_refused_total", "report") == 3);
}

TEST_CASE("an event arrives with all its fields, and its reporter is told whether it is of use") {
  HubPair pair;
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  const auto octets = event_octets("premiere", "*.video.example", 8, 7200) + event_octets("sale", "nobody.example", 2) +
                      event_octets("", "*.video.example", 2) + event_octets("sale", "two words", 2) +
                      event_octets("sale", "*.example", 0) + event_octets("sale", "*.example", nan);
  const auto answer = raw_call(pair.address(), kService + "ReportEvents", {octets});
  REQUIRE(answer.code == "OK");
  const auto receipt = receipt_of(answer.octets.at(0));
  CHECK(receipt.taken == 1);
  CHECK(receipt.rejected == 5);
  REQUIRE(pair.events.size() == 2);
  CHECK(pair.events[0].tag == "premiere");
  CHECK(pair.events[0].resources == "*.video.example");
  CHECK(pair.events[0].cluster == "fra");
  CHECK(pair.events[0].at == 1'000);
  CHECK(pair.events[0].lift == 8);
  CHECK(pair.events[0].lasts == 2h);
  CHECK(pair.events[1].lasts == 1h);
  CHECK(pair.metric("harbinger_edge_refused_total", "report") == 4);
}

TEST_CASE("a server that learns no ways says so to reporters") {
  HubServerSettings settings;
  settings.listen = {any_port()};
  const auto server = serve_edges(std::make_shared<FakeHost>(), {}, settings).value();
  const auto answer = raw_call(server->addresses()[0].to_string(), kService + "ReportLatencies", {good_report()});
  CHECK(answer.code == "UNIMPLEMENTED");
  CHECK(answer.message == "this server learns no ways");
}

TEST_CASE("another version of the edges' service is told which one is spoken") {
  const HubPair pair;
  const auto answer = raw_call(pair.address(), "/harbinger.edge.v2.EdgeHub/Session", {""});
  CHECK(answer.code == "UNIMPLEMENTED");
  CHECK(answer.message == "this server speaks harbinger.edge.v1");
}

TEST_CASE("health and reflection tell of the edges' service, without a token") {
  const Scratch folder;
  const HubPair pair(with_tokens(folder));
  const std::string name = "harbinger.edge.v1.EdgeHub";
  const auto health = raw_call(pair.address(), "/grpc.health.v1.Health/Check",
                               {"\x0a" + std::string(1, static_cast<char>(name.size())) + name});
  CHECK(health.octets == std::vector<std::string>{"\x08\x01"});
  const auto services = raw_call(pair.address(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                 {std::string("\x3a\0", 2)});
  REQUIRE(services.octets.size() == 1);
  CHECK(services.octets[0].find(name) != std::string::npos);
}
