// Who may call what: tokens, TLS, addresses that would be open to everybody.
#include <catch2/catch.hpp>

#include "tests/lib/provision/rpc/served.h"
#include "tests/support/certificates.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;

namespace {

const std::string kAll = "applications-have-this", kRead = "scalers-have-that-one";
const Trigger kWeb{{"pool", "web"}};

ServerSettings with_tokens(const Scratch& folder) {
  ServerSettings settings;
  settings.tokens = folder.write("tokens", kAll + " provision\n" + kRead + " read\n");
  return settings;
}

Error refusal(const ServerSettings& settings) {
  const auto server = serve_provisioning(std::make_shared<FakeEngine>(), settings);
  REQUIRE_FALSE(server);
  return server.error();
}

}  // namespace

TEST_CASE("without a token that is known nobody is given or told anything") {
  const Scratch folder;
  const Served served(with_tokens(folder));
  served.engine->set_pool("web", 1, 0);
  for (const auto* token : {"", "this-is-not-a-token-at-all"}) {
    const Caller caller(served.address(), token);
    CHECK(caller.register_profile("frankfurt", 0, "web").code == "UNAUTHENTICATED");
    CHECK(caller.list().code == "UNAUTHENTICATED");
    CHECK(caller.release("a").code == "UNAUTHENTICATED");
    CHECK(caller.is_active(kWeb).code == "UNAUTHENTICATED");
    CHECK(caller.metrics(kWeb).code == "UNAUTHENTICATED");
    for (const auto& stream : {caller.watch(), caller.watch_active(kWeb)}) {
      CHECK_FALSE(stream->next());
      CHECK(stream->end().code == "UNAUTHENTICATED");
    }
  }
  CHECK(served.engine->asked().empty());
}

TEST_CASE("a token of scope read may look and scale, and one of scope provision may do all") {
  const Scratch folder;
  const Served served(with_tokens(folder));
  served.engine->set_pool("web", 1, 0);
  served.engine->change("a", "web", Step::ready);
  const Caller reader(served.address(), kRead), all(served.address(), kAll);
  CHECK(reader.list().code == "OK");
  CHECK(reader.watch()->next());
  CHECK(reader.metrics(kWeb).code == "OK");
  const auto denied = reader.register_profile("frankfurt", 0, "web");
  CHECK(denied.code == "PERMISSION_DENIED");
  CHECK(denied.message == "this token may list, watch and scale only");
  CHECK(reader.release("a").code == "PERMISSION_DENIED");
  CHECK(all.register_profile("frankfurt", 0, "web").code == "OK");
  CHECK(all.release("a").code == "OK");
  CHECK(all.metrics(kWeb).code == "OK");
}

TEST_CASE("a scaler shows its token in the trigger, as KEDA sends none in calls") {
  const Scratch folder;
  const Served served(with_tokens(folder));
  served.engine->set_pool("web", 1, 0);
  const Caller keda(served.address());
  CHECK(keda.metrics({{"pool", "web"}, {"token", kRead}}).code == "OK");
  CHECK(keda.is_active({{"pool", "web"}, {"tokenFromEnv", kRead}}).active);
  CHECK(keda.watch_active({{"pool", "web"}, {"token", kRead}})->next()->active);
  CHECK(keda.metrics({{"pool", "web"}, {"token", "nobody-has-this-token"}}).code == "UNAUTHENTICATED");
}

TEST_CASE("with mutual TLS a scaler needs no token, and applications need both") {
  const Scratch folder;
  const Authority ours(folder, "ours"), theirs(folder, "theirs");
  const auto identity = ours.sign("dns.example");
  auto settings = with_tokens(folder);
  settings.certificate = identity.certificate;
  settings.key = identity.key;
  settings.client_ca = ours.certificate();
  const Served served(settings);
  served.engine->set_pool("web", 1, 0);
  const auto friendly = ours.sign("keda.example"), foreign = theirs.sign("keda.example");
  const CallerTls known{ours.certificate(), friendly.certificate, friendly.key};
  CHECK(Caller(served.address(), "", known).metrics(kWeb).code == "OK");
  CHECK(Caller(served.address(), "", known).list().code == "UNAUTHENTICATED");
  CHECK(Caller(served.address(), kAll, known).list().code == "OK");
  const CallerTls unknown{ours.certificate(), foreign.certificate, foreign.key};
  CHECK(Caller(served.address(), kAll, unknown).list().code == "UNAVAILABLE");
  CHECK(Caller(served.address(), kAll).list().code == "UNAVAILABLE");
}

TEST_CASE("instances are not given to everybody on an address that is not the machine's own") {
  ServerSettings settings;
  settings.listen = {SocketAddress::parse("0.0.0.0:0").value()};
  const auto error = refusal(settings);
  CHECK(error.code == ErrorCode::denied);
  CHECK(error.message ==
        "everybody could start instances at 0.0.0.0:0: give a file of tokens or a client CA, or listen on 127.0.0.1");
  CHECK(refusal({}).message == "no address to listen on");
}

TEST_CASE("what is wrong with files and addresses is said at the start") {
  const Scratch folder;
  ServerSettings settings;
  settings.listen = {SocketAddress::parse("127.0.0.1:0").value()};
  settings.tokens = folder.write("tokens", "0123456789abcdef write\n");
  CHECK(refusal(settings).message == "a token is followed by its scope, `read` or `provision`");
  settings.tokens = folder / "nowhere";
  CHECK(refusal(settings).code == ErrorCode::not_found);
  const Served served;
  settings.tokens.reset();
  settings.listen = served.server->addresses();
  CHECK(refusal(settings).code == ErrorCode::conflict);
}

TEST_CASE("calls are counted, those that were refused as well") {
  const Scratch folder;
  const Served served(with_tokens(folder));
  Caller(served.address(), kAll).list();
  Caller(served.address()).list();
  CHECK(served.metric("harbinger_provisioning_calls_total") == 2);
}
