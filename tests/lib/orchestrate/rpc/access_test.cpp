// Who may call what: tokens, TLS, addresses that would be open to everybody.
#include <catch2/catch.hpp>

#include "tests/lib/orchestrate/rpc/served.h"
#include "tests/support/certificates.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;

namespace {

const std::string kAll = "applications-have-this", kRead = "dashboards-have-that", kReport = "sensors-have-another";
const std::map<std::string, std::string> kLooks{
    {"GetDesired", "user { name: \"a\" }"}, {"ListPlan", ""}, {"ListHistory", ""}, {"Explain", "action: 1"}};
const std::map<std::string, std::string> kOrders{{"Decide", "all: true approve: true"},
                                                 {"Claim", "user { name: \"a\" } need { kind: \"machine\" }"},
                                                 {"Release", "id: \"r\""},
                                                 {"Label", "user { name: \"a\" } attribute: \"skill\""}};
const std::string kActs = "acts { actor: \"a\" }";

ServerSettings with_tokens(const Scratch& folder) {
  ServerSettings settings;
  settings.tokens = folder.write("tokens", kAll + " provision\n" + kRead + " read\n" + kReport + " report\n");
  return settings;
}

Error refusal(const ServerSettings& settings) {
  const auto server = serve_orchestration(std::make_shared<FakeOrchestrationEngine>(), settings);
  REQUIRE_FALSE(server);
  return server.error();
}

bool may(const Caller& caller, const std::map<std::string, std::string>& calls) {
  std::size_t allowed = 0;
  for (const auto& [call, request] : calls) allowed += caller.call(call, request).code != "PERMISSION_DENIED";
  CHECK((allowed == 0 || allowed == calls.size()));
  return allowed > 0;
}

}  // namespace

TEST_CASE("without a token that is known nobody reports, looks or orders") {
  const Scratch folder;
  const Served served(with_tokens(folder));
  for (const auto* token : {"", "this-is-not-a-token-at-all"}) {
    const Caller caller(served.address(), token);
    CHECK(caller.call("ReportActivity", kActs).code == "UNAUTHENTICATED");
    for (const auto& calls : {kLooks, kOrders})
      for (const auto& [call, request] : calls) CHECK(caller.call(call, request).code == "UNAUTHENTICATED");
    for (const auto& stream : {caller.watch_plan(), caller.watch_desired("user { name: \"a\" }")}) {
      CHECK_FALSE(stream->next());
      CHECK(stream->end().code == "UNAUTHENTICATED");
    }
  }
  CHECK(served.reported.empty());
}

TEST_CASE("a token of scope report may report only, one of scope read look only, one of scope provision all") {
  const Scratch folder;
  const Served served(with_tokens(folder));
  const Caller sensor(served.address(), kReport), reader(served.address(), kRead), all(served.address(), kAll);
  CHECK(sensor.call("ReportActivity", kActs).code == "OK");
  CHECK_FALSE(may(sensor, kLooks));
  CHECK_FALSE(may(sensor, kOrders));
  CHECK(sensor.call("ListPlan").message == "this token may report only");
  CHECK(reader.call("ReportActivity", kActs).code == "PERMISSION_DENIED");
  CHECK(may(reader, kLooks));
  CHECK(reader.watch_plan()->next());
  CHECK_FALSE(may(reader, kOrders));
  CHECK(reader.call("Release", "id: \"r\"").message == "this token may look only");
  CHECK(all.call("ReportActivity", kActs).code == "OK");
  CHECK(may(all, kLooks));
  CHECK(all.call("Decide", "all: true approve: true").code == "OK");
}

TEST_CASE("with mutual TLS nobody gets in without a certificate of ours") {
  const Scratch folder;
  const Authority ours(folder, "ours"), theirs(folder, "theirs");
  const auto identity = ours.sign("dns.example"), friendly = ours.sign("portal"), foreign = theirs.sign("portal");
  ServerSettings settings;
  settings.certificate = identity.certificate;
  settings.key = identity.key;
  settings.client_ca = ours.certificate();
  const Served served(settings);
  const CallerTls known{ours.certificate(), friendly.certificate, friendly.key};
  const CallerTls unknown{ours.certificate(), foreign.certificate, foreign.key};
  CHECK(Caller(served.address(), "", known).call("ListPlan").code == "OK");
  CHECK(Caller(served.address(), "", unknown).call("ListPlan").code == "UNAVAILABLE");
  CHECK(Caller(served.address()).call("ListPlan").code == "UNAVAILABLE");
}

TEST_CASE("plans are not open to everybody on an address that is not the machine's own") {
  ServerSettings settings;
  settings.listen = {SocketAddress::parse("0.0.0.0:0").value()};
  const auto error = refusal(settings);
  CHECK(error.code == ErrorCode::denied);
  CHECK(error.message ==
        "everybody could approve plans and claim resources at 0.0.0.0:0: give a file of tokens or a client CA, or "
        "listen on 127.0.0.1");
  CHECK(refusal({}).message == "no address to listen on");
}

TEST_CASE("what is wrong with files and addresses of the door of orchestration is said at the start") {
  const Scratch folder;
  ServerSettings settings;
  settings.listen = {SocketAddress::parse("127.0.0.1:0").value()};
  settings.tokens = folder.write("tokens", "0123456789abcdef write\n");
  CHECK_THAT(refusal(settings).message, Catch::Contains("followed by its scope, `report` or `read` or `provision`"));
  settings.tokens = folder / "nowhere";
  CHECK(refusal(settings).code == ErrorCode::not_found);
  settings.tokens.reset();
  const Served served;
  settings.listen = served.server->addresses();
  CHECK(refusal(settings).code == ErrorCode::conflict);
}

TEST_CASE("calls to orchestration are counted, those that were refused as well") {
  const Scratch folder;
  const Served served(with_tokens(folder));
  Caller(served.address(), kAll).call("ListPlan");
  Caller(served.address()).call("ListPlan");
  CHECK(served.metric("harbinger_orchestration_calls_total") == 2);
}
