// Who may call what: tokens, TLS, and addresses that would be open to everybody.
#include <catch2/catch.hpp>

#include "persona/rpc/tokens.h"
#include "tests/lib/persona/rpc/raw_call.h"
#include "tests/lib/persona/rpc/rpc_pair.h"
#include "tests/support/certificates.h"

using namespace harbinger;
using namespace harbinger::persona;
using namespace harbinger::test;

namespace {

const std::string kAll = "all-may-be-done-with-this", kReport = "only-reports-with-this-one";
const std::string kService = "/harbinger.persona.v1.PersonaEngine/";

RpcServerSettings with_tokens(const Scratch& folder) {
  RpcServerSettings settings;
  settings.tokens = folder.write("tokens", "# ours\n" + kAll + " assign\n" + kReport + "\treport  # browsers\n");
  return settings;
}

std::map<std::string, std::string> bearer(const std::string& token) { return {{"authorization", "Bearer " + token}}; }

Error refusal(const RpcServerSettings& settings) {
  const auto server = serve_engine(std::make_shared<FakeEngine>(), settings);
  REQUIRE_FALSE(server);
  return server.error();
}

}  // namespace

TEST_CASE("without a token nothing is answered, and the client says that it was denied") {
  const Scratch folder;
  RpcPair pair(with_tokens(folder));
  for (const auto* token : {"", "this-is-not-a-token-at-all"}) {
    const auto client = pair.client(token);
    REQUIRE_FALSE(assign(*client));
    CHECK(assign(*client).error().code == ErrorCode::denied);
    const auto event = good_event();
    CHECK(report(*client, std::span(&event, 1)).error().code == ErrorCode::denied);
    CHECK(explain(*client, 1).error().code == ErrorCode::denied);
  }
  CHECK(pair.engine->asked().empty());
  CHECK(pair.engine->told().empty());
  for (const auto* method : {"Assign", "Report", "Watch", "Explain", "GetState"})
    CHECK(raw_call(pair.address(), kService + method, {""}).code == "UNAUTHENTICATED");
  CHECK(raw_call(pair.address(), kService + "Explain", {""}, {{"authorization", kAll}}).code == "UNAUTHENTICATED");
}

TEST_CASE("a token of scope report may report and nothing else") {
  const Scratch folder;
  RpcPair pair(with_tokens(folder));
  const auto client = pair.client(kReport);
  const auto event = good_event();
  const auto receipt = report(*client, std::span(&event, 1));
  REQUIRE(receipt);
  CHECK(receipt->taken == 1);
  CHECK(assign(*client).error().code == ErrorCode::denied);
  for (const auto* method : {"Assign", "Watch", "Explain", "GetState"}) {
    const auto answer = raw_call(pair.address(), kService + method, {""}, bearer(kReport));
    CHECK(answer.code == "PERMISSION_DENIED");
    CHECK(answer.message == "this token may report only");
  }
}

TEST_CASE("a token of scope assign may do everything") {
  const Scratch folder;
  RpcPair pair(with_tokens(folder));
  const auto client = pair.client(kAll);
  const auto event = good_event();
  CHECK(assign(*client));
  CHECK(report(*client, std::span(&event, 1)));
  CHECK(explain(*client, 1));
}

TEST_CASE("health needs no token") {
  const Scratch folder;
  RpcPair pair(with_tokens(folder));
  const auto answer = raw_call(pair.address(), "/grpc.health.v1.Health/Check", {""});
  CHECK(answer.code == "OK");
  // status: SERVING
  CHECK(answer.octets == std::vector<std::string>{"\x08\x01"});
}

TEST_CASE("a file of tokens that is wrong says where") {
  const auto error = [](std::string_view text) { return Tokens::parse(text, "tokens", "assign").error().to_string(); };
  CHECK(error("# nothing\n\n") == "tokens: no tokens: write lines `TOKEN assign` or `TOKEN report`");
  CHECK(error("short assign\n") == "tokens:1: a token needs at least 16 printable characters");
  CHECK(error("\n0123456789abcdef all\n") == "tokens:2: a token is followed by its scope, `assign` or `report`");
  CHECK(error("0123456789abcdef\n") == "tokens:1: a token is followed by its scope, `assign` or `report`");
  CHECK(error("0123456789abcdef assign report\n") == "tokens:1: one token and one scope a line");
  CHECK(error("0123456789abcdef assign\n0123456789abcdef report\n") == "tokens:2: this token stands in the file twice");
  RpcServerSettings settings;
  settings.listen = {any_port()};
  settings.tokens = "/nowhere/tokens";
  CHECK(refusal(settings).message == "cannot read the file of tokens /nowhere/tokens");
}

TEST_CASE("an address that is not the machine's own needs tokens or a client CA") {
  RpcServerSettings settings;
  settings.listen = {any_port(), SocketAddress::parse("0.0.0.0:0").value()};
  const auto error = refusal(settings);
  CHECK(error.code == ErrorCode::denied);
  CHECK(error.message.find("0.0.0.0:0") != std::string::npos);

  const Scratch folder;
  settings.tokens = with_tokens(folder).tokens;
  CHECK(serve_engine(std::make_shared<FakeEngine>(), settings));
}

TEST_CASE("with TLS a client talks to the engine whose certificate its CA has signed, and to no other") {
  const Scratch folder;
  const Authority ours(folder, "ours"), theirs(folder, "theirs");
  const auto identity = ours.sign("engine.example");
  RpcServerSettings settings;
  settings.certificate = identity.certificate;
  settings.key = identity.key;
  RpcPair pair(settings);

  auto wanted = pair.settings();
  wanted.tls_name = "engine.example";
  wanted.ca = ours.certificate();
  CHECK(assign(*connect_engine(wanted).value()));

  auto wrong_authority = wanted;
  wrong_authority.ca = theirs.certificate();
  CHECK(assign(*connect_engine(wrong_authority).value()).error().code == ErrorCode::unreachable);
  auto wrong_name = wanted;
  wrong_name.tls_name = "other.example";
  CHECK(assign(*connect_engine(wrong_name).value()).error().code == ErrorCode::unreachable);
  CHECK(assign(*pair.client()).error().code == ErrorCode::unreachable);
  CHECK(pair.engine->asked().size() == 1);
}

TEST_CASE("with mutual TLS the engine talks to clients whose certificate its CA has signed, and to no others") {
  const Scratch folder;
  const Authority ours(folder, "ours"), theirs(folder, "theirs");
  const auto identity = ours.sign("engine.example"), friendly = ours.sign("dns.example"),
             foreign = theirs.sign("dns.example");
  RpcServerSettings settings;
  settings.certificate = identity.certificate;
  settings.key = identity.key;
  settings.client_ca = ours.certificate();
  RpcPair pair(settings);

  auto wanted = pair.settings();
  wanted.tls_name = "engine.example";
  wanted.ca = ours.certificate();
  CHECK(assign(*connect_engine(wanted).value()).error().code == ErrorCode::unreachable);
  wanted.certificate = foreign.certificate;
  wanted.key = foreign.key;
  CHECK(assign(*connect_engine(wanted).value()).error().code == ErrorCode::unreachable);
  CHECK(pair.engine->asked().empty());
  wanted.certificate = friendly.certificate;
  wanted.key = friendly.key;
  CHECK(assign(*connect_engine(wanted).value()));
}

TEST_CASE("certificates and keys that do not fit are refused at the start, by name") {
  const Scratch folder;
  const Authority authority(folder, "ca");
  const auto one = authority.sign("one"), other = authority.sign("other");
  RpcServerSettings settings;
  settings.listen = {any_port()};
  settings.certificate = one.certificate;
  CHECK(refusal(settings).message == "a certificate and its key go together; one of them is missing");
  settings.key = other.key;
  CHECK(refusal(settings).message == other.key.string() + " is not the key of " + one.certificate.string());
  settings.key = folder.write("garbage", "no key");
  CHECK(refusal(settings).message == (folder / "garbage").string() + " is no key without a password in PEM");
  settings.key = folder / "missing";
  CHECK(refusal(settings).code == ErrorCode::not_found);
  settings.certificate = settings.key = std::nullopt;
  settings.client_ca = authority.certificate();
  CHECK(refusal(settings).message == "a client CA needs a certificate and key of the server, too");
}
