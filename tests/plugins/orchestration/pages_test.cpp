#include "plugins/orchestration/pages.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "orchestrate/told_words.h"
#include "tests/support/dns_client.h"
#include "tests/support/fake_orchestration_engine.h"
#include "tests/support/http_client.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace harbinger::orchestrate;
using namespace harbinger::orchestration;
using Catch::Matchers::Contains;

namespace {

constexpr ActorKey kUser = 0xabc;
const std::string kWriter = "writing-0123456789", kReader = "reading-0123456789";

// Pages with an engine that tells what it is told to tell, and a door that lets acts in at once.
struct Operator {
  Scratch folder;
  Metrics metrics;
  std::shared_ptr<HttpServer> server = HttpServer::listen(loopback(0)).value();
  std::shared_ptr<net::HttpGuard> guard =
      net::HttpGuard::make({.tokens = folder.write("tokens", kReader + " read\n" + kWriter + " write\n"), .log = {}})
          .value();
  std::shared_ptr<FakeOrchestrationEngine> engine = std::make_shared<FakeOrchestrationEngine>();
  std::shared_ptr<Intake> intake = Intake::open({.window = std::chrono::milliseconds(0)},
                                                {.clock = &system_clock(),
                                                 .metrics = &metrics,
                                                 .state = folder.path(),
                                                 .secret = {1, 2, 3},
                                                 .sink = [this](auto acts) { return engine->heard(acts); }})
                                       .value();
  OrchestrationPages pages{server, guard, {[this] { return engine; }, [this] { return intake; }}};

  Operator() {
    engine->add(FakeOrchestrationEngine::make_of(1, kUser));
    engine->add(FakeOrchestrationEngine::make_of(2, kUser));
    engine->add(FakeOrchestrationEngine::spare("r-9", kUser));
    OrchestrationEngine::UserState user{.user = intake->key_of("alice"), .acts = 3};
    user.attributes.beliefs[0] = {.value = 2, .confidence = 0.9F, .by = Belief::By::label};
    user.outlook.needs = {{{.kind = "machine", .machine = "small"}, 0.75F, std::chrono::seconds(90)}};
    engine->know(user);
  }
  std::string ask(const std::string& method, const std::string& target, const std::string& body = {},
                  const std::string& token = kWriter, const std::string& more = {}) const {
    HttpClient client(server->address());
    const auto length = method == "GET" ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    client.send(method + " " + target + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\n" + more +
                length + "\r\n" + body);
    return client.receive();
  }
  std::string get(const std::string& page) const { return ask("GET", "/v1/orchestration/" + page, {}, kReader); }
  std::string text(const std::string& page) const {
    return ask("GET", "/v1/orchestration/" + page, {}, kReader, "Accept: text/plain\r\n");
  }
  std::string post(const std::string& page, const std::string& body = {}, const std::string& token = kWriter) const {
    return ask("POST", "/v1/orchestration/" + page, body, token);
  }
};

}  // namespace

TEST_CASE_METHOD(Operator, "what is planned, over and there is shown as JSON and as tables, with its reason") {
  CHECK_THAT(get("plan"), Contains("\"action\": 1") && Contains("\"state\": \"proposed\"") &&
                              Contains("\"user\": \"0000000000000abc\"") && Contains("\"machine\": \"small\"") &&
                              Contains("is likely to ask for it"));
  CHECK_THAT(text("plan"),
             Contains("ACTION") && Contains("2 x small") && Contains("75%") && Contains("is likely to ask for it"));
  CHECK_THAT(get("history?most=1"), Contains("\"action\": 2") && !Contains("\"action\": 1,"));
  CHECK(status_of(get("history?most=many")) == 400);
  CHECK_THAT(get("resources"), Contains("\"step\": \"spare\"") && Contains("192.0.2.7:8080"));
  CHECK_THAT(text("resources"), Contains("RESOURCE") && Contains("r-9"));
  engine->told.mode = Mode::approval;
  engine->told.troubles = {{"target local", "no such program"}};
  CHECK_THAT(get("state"), Contains("\"mode\": \"approval\"") && Contains("no such program"));
  CHECK_THAT(text("state"), Contains("mode approval") && Contains("trouble: target local: no such program"));
}

TEST_CASE_METHOD(Operator, "of a change, what there was before is told, and of what is held back, by what") {
  engine->add(FakeOrchestrationEngine::change_of(3, kUser));
  const auto all = nlohmann::json::parse(body_of(get("plan")));
  REQUIRE(all.size() == 3);
  CHECK(all[2]["kind"] == "change");
  CHECK(all[2]["before"]["count"] == 1);
  CHECK(all[2]["need"]["count"] == 2);
  CHECK_FALSE(all[0].contains("before"));
  CHECK_THAT(text("plan"), Contains("held") && Contains("  trouble: the budget of this user is used up"));
}

TEST_CASE_METHOD(Operator, "why an action was planned is told, and which actions there are not") {
  CHECK_THAT(get("why-plan?action=1"), Contains("a ready one costs less than waiting"));
  CHECK_THAT(text("why-plan?action=1"), Contains("action 1\n  it is likely\n"));
  CHECK(status_of(get("why-plan?action=7")) == 404);
  CHECK(status_of(get("why-plan")) == 400);
}

TEST_CASE_METHOD(Operator, "a user is found by his key, or by his name, which stands on no page") {
  const auto by_name = get("users?name=alice"), by_key = get("users?user=" + key_text(intake->key_of("alice")));
  CHECK(body_of(by_name) == body_of(by_key));
  CHECK_THAT(by_name, Contains("\"value\": \"expert\"") && Contains("\"by\": \"label\"") && Contains("\"acts\": 3") &&
                          Contains("\"use-case\": null") && !Contains("alice"));
  CHECK_THAT(text("users?name=alice"), Contains("expert") && Contains("90 % by label") && Contains("75 % small"));
  CHECK(status_of(get("users?name=bob")) == 404);
  for (const auto* nobody : {"users", "users?user=abc",
                             "users?user="
                             "0000000000000000",
                             "users?user=0000000000000abc&name=alice"})
    CHECK(status_of(get(nobody)) == 400);
}

TEST_CASE_METHOD(Operator, "actions are approved and denied by who may write, once") {
  CHECK(status_of(post("approve?action=1", {}, kReader)) == 403);
  CHECK(status_of(post("approve?action=1")) == 200);
  CHECK(engine->plan()[0].state == Action::State::acting);
  CHECK(status_of(post("approve?action=1")) == 409);
  CHECK(status_of(post("deny?action=2")) == 200);
  CHECK(engine->plan()[1].state == Action::State::denied);
  CHECK_THAT(post("approve?action=all"), Contains("\"approved\": 0"));
  CHECK(status_of(post("approve?action=9")) == 404);
  CHECK(status_of(post("approve")) == 400);
  CHECK(status_of(post("deny?action=all")) == 400);
}

TEST_CASE_METHOD(Operator, "it is halted and goes on when somebody who may write says so") {
  CHECK(status_of(post("halt", {}, kReader)) == 403);
  CHECK(status_of(post("halt")) == 200);
  CHECK(engine->told.halted);
  CHECK(status_of(post("resume")) == 200);
  CHECK_FALSE(engine->told.halted);
}

TEST_CASE_METHOD(Operator, "somebody says what a user is by name, the engine hears of his key") {
  CHECK(status_of(post("label", R"({"name": "alice", "attribute": "use-case", "value": "production"})")) == 200);
  CHECK(status_of(post("label", R"({"user": "0000000000000abc", "attribute": "use-case"})")) == 200);
  const auto labels = engine->labels();
  REQUIRE(labels.size() == 2);
  CHECK(labels[0].user == intake->key_of("alice"));
  CHECK(labels[0].value == std::uint8_t{2});
  CHECK(labels[1].user == kUser);
  CHECK_FALSE(labels[1].value);
  CHECK_THAT(post("label", R"({"name": "alice", "attribute": "mood", "value": "good"})"),
             Contains("there are skill, use-case, sensitivity, security"));
  CHECK_THAT(post("label", R"({"name": "alice", "attribut": "skill"})"), Contains("no member") && Contains("attribut"));
  for (const auto* wrong : {"", "[]", "{}", R"({"name": 7, "attribute": "skill"})"})
    CHECK(status_of(post("label", wrong)) == 400);
}

TEST_CASE_METHOD(Operator, "a user claims what is ready, and gives it back") {
  engine->answer(OrchestrationEngine::Claim{"r-9", true, {{{IpAddress::parse("192.0.2.7").value()}, 8080}}, ""});
  const auto given =
      post("claim", R"({"name": "alice", "kind": "machine", "machine": "small", "count": 2, "request": "r1"})");
  CHECK_THAT(given, Contains("\"id\": \"r-9\"") && Contains("\"was_ready\": true") && Contains("192.0.2.7:8080"));
  const auto claimed = engine->claimed();
  REQUIRE(claimed.size() == 1);
  CHECK(claimed[0].first == intake->key_of("alice"));
  CHECK(claimed[0].second == Need{.kind = "machine", .machine = "small", .count = 2});
  CHECK(engine->requests() == std::vector<std::string>{"r1"});
  for (const auto* wrong :
       {R"({"name": "alice"})", R"({"kind": "machine"})", R"({"name": "a", "kind": "m", "count": -1})",
        R"({"name": "a", "kind": "m", "count": "two"})", R"({"name": "a", "kind": 3})",
        R"({"name": "a", "kind": "m", "request": 7})"})
    CHECK(status_of(post("claim", wrong)) == 400);
  engine->answer(fail(ErrorCode::denied, "the budget is used up"));
  const auto denied = post("claim", R"({"name": "alice", "kind": "machine"})");
  CHECK(status_of(denied) == 403);
  CHECK_THAT(denied, Contains("the budget is used up"));
  CHECK(status_of(post("release?resource=r-9")) == 200);
  CHECK(status_of(post("release?resource=r-9")) == 404);
  CHECK(status_of(post("release")) == 400);
}

TEST_CASE_METHOD(Operator, "acts are told over HTTP, in any of the formats, and what is wrong with some comes back") {
  const auto told = [&](const std::string& format, const std::string& body, const std::string& token = kWriter) {
    return ask("POST", "/v1/activity" + format, body, token);
  };
  const auto answer = told("", R"({"actor": "alice", "verb": "create", "kind": "servers"})"
                               "\n"
                               R"({"actor": "", "verb": "x"})"
                               "\n");
  CHECK(status_of(answer) == 202);
  CHECK_THAT(answer, Contains("\"taken\":1") && Contains("no_actor"));
  CHECK(engine->acts() == std::vector<std::pair<ActorKey, std::string>>{{intake->key_of("alice"), "create"}});
  CHECK(status_of(told("?format=telepathy", "{}")) == 404);
  CHECK(status_of(told("", "{}", kReader)) == 403);
  CHECK(status_of(told("", "{}", "somebody-0123456789")) == 401);
}

TEST_CASE_METHOD(Operator, "until orchestration has begun, pages say so") {
  engine = nullptr;
  CHECK(status_of(get("plan")) == 503);
}
