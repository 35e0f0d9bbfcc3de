#include "persona/admin_pages.h"

#include <harbinger/secret_file.h>
#include <catch2/catch.hpp>

#include "tests/support/scratch.h"
#include "tests/support/scripted_persona_engine.h"

using namespace harbinger;
using namespace harbinger::persona;
using harbinger::test::ScriptedPersonaEngine;

namespace {

struct Fixture {
  ScriptedPersonaEngine engine;
  FakeClock clock;
  ClientKeys keys{Secret{}};
  AdminPages pages(ReporterTokens tokens = {}) {
    return {{&engine, &engine, [this] { return engine.list(); }, &keys, &clock}, std::move(tokens)};
  }
};

HttpRequest get(std::string_view query = {}, std::string_view accept = {}) {
  return {.path = "/v1/personas", .query = query, .accept = accept};
}

// A change as harbingerctl sends it.
struct Change {
  std::string body;
  std::string from = "127.0.0.1:1", type = "application/json", authorization = {}, origin = {};
  HttpResponse at(const AdminPages& pages, std::string_view verb) const {
    const HttpField fields[] = {{"Content-Type", type}, {"Authorization", authorization}, {"Origin", origin}};
    return pages.change(verb, {.path = "/v1/personas/x",
                               .query = {},
                               .method = HttpMethod::post,
                               .body = body,
                               .peer = SocketAddress::parse(from).value(),
                               .fields = fields});
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an operator sees personas as a table, those with most clients first, and as JSON") {
  const auto text = pages().list(get()).body;
  CHECK(text.find("crawler") < text.find("gamer"));
  CHECK_THAT(text, Catch::Contains("asks for play.example (90 %)"));
  CHECK_THAT(pages().list(get({}, "application/json")).body, Catch::Contains("\"name\": \"crawler\""));
}

TEST_CASE_METHOD(Fixture, "one persona is shown alone, and one that is not there is not found") {
  const auto one = pages().list(get("persona=gamer"));
  CHECK(one.status == 200);
  CHECK_THAT(one.body, !Catch::Contains("crawler"));
  CHECK(pages().list(get("persona=nobody")).status == 404);
}

TEST_CASE_METHOD(Fixture, "a client is explained by its address or its key, and its token is never shown") {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(clock.calendar().time_since_epoch()).count();
  engine.known = keys.key_of(IpAddress::parse("192.0.2.7").value(), {}, now);
  const auto page = pages().explain(get("client=192.0.2.7"));
  CHECK(page.status == 200);
  CHECK_THAT(page.body, Catch::Contains("gamer"));
  CHECK_THAT(pages().explain(get("client=192.0.2.7", "application/json")).body, !Catch::Contains("abab"));
  engine.known = 0x00000000000000ff;
  CHECK(pages().explain(get("client=00000000000000ff")).status == 200);
  CHECK(pages().explain(get("client=192.0.2.8")).status == 404);
  CHECK(pages().explain(get("client=somebody")).status == 400);
}

TEST_CASE_METHOD(Fixture, "an engine that does not answer holds an explanation up for half a second only") {
  engine.silent = true;
  CHECK(pages().explain(get("client=192.0.2.7")).status == 503);
}

TEST_CASE_METHOD(Fixture, "an operator renames, pins, splits and merges") {
  const auto admin = pages();
  const auto tell = [&](std::string_view verb, std::string body) {
    CHECK(Change{std::move(body)}.at(admin, verb).status == 200);
    return engine.told();
  };
  CHECK(tell("rename", R"({"persona":"gamer","name":"player"})") == "rename gamer player");
  CHECK(tell("pin", R"({"persona":"gamer"})") == "pin gamer");
  CHECK(tell("unpin", R"({"persona":"gamer"})") == "unpin gamer");
  CHECK(tell("split", R"({"persona":"gamer","name":"other"})") == "split gamer other");
  CHECK(tell("merge", R"({"from":"gamer","into":"crawler"})") == "merge gamer crawler");
}

TEST_CASE_METHOD(Fixture, "a change that cannot be says why") {
  const auto admin = pages();
  CHECK(Change{R"({"persona":"nobody","name":"x"})"}.at(admin, "rename").status == 404);
  CHECK(Change{R"({"persona":"crawler","name":"gamer"})"}.at(admin, "rename").status == 409);
  for (const auto* body : {"", "{", "[]", R"({"persona":3,"name":"x"})", R"({"persona":"gamer"})"})
    CHECK(Change{body}.at(admin, "rename").status == 400);
  CHECK(Change{.body = R"({"persona":"gamer"})", .type = "text/plain"}.at(admin, "pin").status == 415);
  CHECK(engine.told().empty());
}

TEST_CASE_METHOD(Fixture, "changes come from this machine, or from who has a token where there are tokens") {
  const Change pin{R"({"persona":"gamer"})"};
  Change away = pin;
  away.from = "192.0.2.1:1";
  CHECK(away.at(pages(), "pin").status == 403);
  test::Scratch scratch;
  const auto file = scratch.write("tokens", "0123456789abcdef0\n");
  const auto guarded = pages(ReporterTokens::load(file).value());
  CHECK(pin.at(guarded, "pin").status == 401);
  away.authorization = "Bearer wrong-wrong-wrong-wrong";
  CHECK(away.at(guarded, "pin").status == 401);
  away.authorization = "Bearer 0123456789abcdef0";
  CHECK(away.at(guarded, "pin").status == 200);
}

TEST_CASE_METHOD(Fixture, "a web page changes nothing without a token, though its browser is on this machine") {
  Change pin{R"({"persona":"gamer"})"};
  for (const auto* page : {"http://rebound.example:9154", "http://localhost:9154", "null"}) {
    pin.origin = page;
    const auto refused = pin.at(pages(), "pin");
    CHECK(refused.status == 403);
    CHECK_THAT(refused.body, Catch::Contains("admin_tokens"));
  }
  CHECK(engine.told().empty());
  test::Scratch scratch;
  pin.authorization = "Bearer 0123456789abcdef0";
  CHECK(pin.at(pages(ReporterTokens::load(scratch.write("tokens", "0123456789abcdef0\n")).value()), "pin").status ==
        200);
}
