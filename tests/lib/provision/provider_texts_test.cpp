// What providers make of texts that others wrote.
#include <catch2/catch.hpp>

#include "provision/libvirt_session.h"
#include "provision/pod.h"
#include "provision/rest_refusal.h"
#include "provision/watched_text.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::provision;

TEST_CASE("a Pod that is taken out of a Deployment stays ours, whichever labels it was selected by") {
  const Template what{.name = "web"};
  const Json selected{{"app", "web"}, {"app.kubernetes.io/managed-by", "kustomize"}, {"harbinger/pool", "other"}};
  const auto labels = pod_claim("here", {.id = "i1", .what = &what}, "5", selected)["metadata"]["labels"];
  CHECK(labels["app"].is_null());
  CHECK(labels["app.kubernetes.io/managed-by"] == "harbinger");
  CHECK(labels["harbinger/pool"] == "web");
  CHECK(labels["harbinger/id"] == "i1");
}

TEST_CASE("what a server says is UTF-8 when it is passed on, whatever it was, and wherever it was cut") {
  const auto told = [](const std::string& body) { return sentence_of({.status = 500, .body = body}); };
  CHECK(told("bad \xff octets\n") == "bad \xef\xbf\xbd octets ");
  const auto cut = told(std::string(299, 'a') + "\xc3\xa9");
  CHECK(cut.starts_with(std::string(299, 'a')));
  CHECK(Json(cut).dump() == "\"" + std::string(299, 'a') + "\xef\xbf\xbd\"");
  CHECK(told(R"({"message":"caf\u00e9"})") == "caf\xc3\xa9");
}

TEST_CASE("a password may have letters of any language, and nothing that is no text") {
  const test::Scratch scratch;
  WatchedText text(scratch.write("password", "p\xc3\xa4sswort\n"));
  CHECK(text.text().value() == "p\xc3\xa4sswort");
  WatchedText odd(scratch.write("odd", "pass\x01wort\n"));
  CHECK_FALSE(odd.text());
}

TEST_CASE("a domain that does not keep our mark is ended at once, as nobody would find it again") {
  const auto library = LibvirtLibrary::load();
  if (!library) {
    WARN(library.error().message);
    return;
  }
  const auto session = LibvirtSession::open(**library, {.uri = "test:///default", .installation = "here"}).value();
  const auto domain = [](const std::string& metadata) {
    return "<domain type='test'><name>here-i1</name><memory>8192</memory><os><type>hvm</type></os>" + metadata +
           "</domain>";
  };
  const auto mark = mark_text({.installation = "here", .id = "i1", .pool = "web", .port = 80});
  const auto lost = session->start("i1", domain("<metadata/>"));
  REQUIRE_FALSE(lost);
  CHECK(lost.error().code == ErrorCode::denied);
  CHECK_FALSE(session->find("i1").value());
  CHECK(session->start("i1", domain("<metadata>" + mark + "</metadata>")));
  CHECK(session->find("i1").value());
  CHECK(session->end("i1"));
}

TEST_CASE("a list of domains is none when the connection broke meanwhile") {
  const auto loaded = LibvirtLibrary::load();
  if (!loaded) {
    WARN(loaded.error().message);
    return;
  }
  auto library = **loaded;
  const auto session = LibvirtSession::open(library, {.uri = "test:///default", .installation = "here"}).value();
  CHECK(session->list());
  library.ConnectIsAlive = [](virConnectPtr) { return 0; };
  CHECK(session->list().error().code == ErrorCode::unreachable);
}
