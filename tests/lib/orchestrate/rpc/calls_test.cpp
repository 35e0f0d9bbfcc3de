// Sensors that report, applications that claim, and who decides.
#include <catch2/catch.hpp>

#include "orchestrate/told_words.h"
#include "tests/lib/orchestrate/rpc/served.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using Catch::Matchers::Contains;

namespace {

constexpr ActorKey kUser = 0xabc;
const std::string kKey = "user { key: \"0000000000000abc\" } ";

OrchestrationEngine::UserState known_user() {
  OrchestrationEngine::UserState user{.user = kUser, .acts = 17, .last_act = 1'700'000'000'000};
  user.attributes.beliefs[0] = {.value = 2, .confidence = 0.9F, .by = Belief::By::inference};
  user.attributes.beliefs[1] = {.value = 0, .confidence = 1, .by = Belief::By::label};
  user.outlook.something = 0.8F;
  user.outlook.needs = {{{.kind = "machine", .machine = "small"}, 0.75F, std::chrono::seconds(90)}};
  user.resources = {FakeOrchestrationEngine::spare("r-9", kUser)};
  return user;
}

}  // namespace

TEST_CASE("a sensor reports acts, those that are none are counted, and what somebody asks for comes along") {
  Served served;
  const Caller caller(served.address());
  const auto answer =
      caller.call("ReportActivity",
                  R"(acts { actor: "alice" verb: "create" kind: "servers" source: "portal" outcome: OUTCOME_DENIED
               actor_class: ACTOR_CLASS_COMMAND_LINE asks { kind: "machine" machine: "m1.large" } }
         acts { actor: "bob" verb: "list" kind: "servers" at: 1700000000000 } acts { verb: "list" })");
  CHECK(answer.code == "OK");
  CHECK(answer.text == R"(taken: 2 left { reason: "no_actor" count: 1 })");
  CHECK(served.reported == std::vector<std::string>{"alice create servers from portal denied command-line now",
                                                    "bob list servers from grpc succeeded unknown"});
  CHECK(served.asked == std::vector<Need>{{.kind = "machine", .machine = "m1.large"}});
}

TEST_CASE("a batch that is too large is refused as a whole") {
  Served served;
  const Caller caller(served.address());
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += "acts { actor: \"a\" } ";
  CHECK(caller.call("ReportActivity", many).code == "RESOURCE_EXHAUSTED");
  CHECK(caller.call("ReportActivity", "acts { actor: \"" + std::string(1'100'000, 'a') + "\" }").code ==
        "RESOURCE_EXHAUSTED");
  CHECK(served.reported.empty());
}

TEST_CASE("what a user is, is about to need, has and is planned for him is told by his key or his name") {
  const Served served;
  served.engine->know(known_user());
  served.engine->add(FakeOrchestrationEngine::make_of(1, kUser));
  served.engine->add(FakeOrchestrationEngine::make_of(2, kUser + 1));
  const Caller caller(served.address());
  const auto told = caller.call("GetDesired", kKey);
  CHECK(told.code == "OK");
  CHECK_THAT(told.text, Contains(R"(name: "skill" value: "expert" confidence: 0.9 by: "inference")") &&
                            Contains(R"(name: "use-case" value: "development" confidence: 1 by: "label")") &&
                            Contains(R"(attributes { name: "security" })") && Contains("something: 0.8") &&
                            Contains("usually_in_s: 90") && Contains("STEP_SPARE") &&
                            Contains("addresses: \"192.0.2.7:8080\"") && Contains("number: 1 ") &&
                            !Contains("number: 2 ") && Contains("acts: 17"));
  CHECK(caller.call("GetDesired", "user { name: \"alice\" }").code == "NOT_FOUND");
  for (const auto* nobody : {"", "user { key: \"abc\" }", "user { name: \"\" }"}) {
    const auto wrong = caller.call("GetDesired", nobody);
    CHECK(wrong.code == "INVALID_ARGUMENT");
    CHECK(wrong.message == "say which user: a name, or a key of 16 hexadecimal digits");
  }
}

TEST_CASE("the plan is told page by page, by number, and what is over newest first") {
  const Served served;
  for (const std::uint64_t number : {3, 1, 5, 2}) served.engine->add(FakeOrchestrationEngine::make_of(number, kUser));
  const Caller caller(served.address());
  const auto first = caller.call("ListPlan", "page_size: 3");
  CHECK_THAT(first.text, Contains("number: 1") && Contains("number: 3") && !Contains("number: 5") &&
                             Contains("next_page_token: \"3\"") && Contains("kind: ACTION_KIND_MAKE") &&
                             Contains("state: ACTION_STATE_PROPOSED"));
  const auto second = caller.call("ListPlan", "page_size: 3 page_token: \"3\"");
  CHECK_THAT(second.text, Contains("number: 5") && !Contains("number: 3") && !Contains("next_page_token"));
  CHECK(caller.call("ListPlan", "page_token: \"three\"").code == "INVALID_ARGUMENT");
  const auto history = caller.call("ListHistory", "most: 1");
  CHECK_THAT(history.text, Contains("number: 2") && !Contains("number: 5"));
}

TEST_CASE("of a change, what there was before is told over gRPC, too, and by what it is held back") {
  const Served served;
  served.engine->add(FakeOrchestrationEngine::change_of(1, kUser));
  const auto plan = Caller(served.address()).call("ListPlan").text;
  CHECK_THAT(plan, Contains("kind: ACTION_KIND_CHANGE") && Contains("state: ACTION_STATE_HELD") &&
                       Contains(R"(need { kind: "machine" machine: "small" count: 2 })") &&
                       Contains(R"(before { kind: "machine" machine: "small" count: 1 })") &&
                       Contains(R"(trouble: "the budget of this user is used up")"));
}

TEST_CASE("actions are approved one by one or all together, denied one by one, and only while they wait") {
  const Served served;
  for (const std::uint64_t number : {1, 2, 3}) served.engine->add(FakeOrchestrationEngine::make_of(number, kUser));
  const Caller caller(served.address());
  CHECK(caller.call("Decide", "action: 1 approve: true").text == "decided: 1");
  CHECK(caller.call("Decide", "action: 1 approve: true").code == "FAILED_PRECONDITION");
  CHECK(caller.call("Decide", "action: 2").text == "decided: 1");
  CHECK(served.engine->plan()[1].state == Action::State::denied);
  CHECK(caller.call("Decide", "all: true approve: true").text == "decided: 1");
  CHECK(caller.call("Decide", "all: true").code == "INVALID_ARGUMENT");
  CHECK(caller.call("Decide", "").code == "INVALID_ARGUMENT");
  CHECK(caller.call("Decide", "action: 9 approve: true").code == "NOT_FOUND");
}

TEST_CASE("a user claims what is ready, and is told where it is, or why there is none") {
  const Served served;
  served.engine->answer(OrchestrationEngine::Claim{"r-9", true, {{{IpAddress::parse("192.0.2.7").value()}, 8080}}, ""});
  const Caller caller(served.address());
  const auto given =
      caller.call("Claim", "user { name: \"alice\" } need { kind: \"machine\" machine: \"small\" } request: \"r1\"");
  CHECK(given.text == R"(id: "r-9" was_ready: true addresses: "192.0.2.7:8080")");
  const auto claimed = served.engine->claimed();
  REQUIRE(claimed.size() == 1);
  CHECK(claimed[0].first == Served::key_of("alice"));
  CHECK(claimed[0].second == Need{.kind = "machine", .machine = "small", .count = 1});
  CHECK(served.engine->requests() == std::vector<std::string>{"r1"});
  CHECK(caller.call("Claim", kKey).code == "INVALID_ARGUMENT");
  CHECK(caller.call("Claim", kKey + "need { kind: \"machine\" count: 2000 }").message == "a count is 1 to 1000");
  served.engine->answer(fail(ErrorCode::denied, "the budget of this hour is used up"));
  const auto denied = caller.call("Claim", kKey + "need { kind: \"machine\" }");
  CHECK(denied.code == "PERMISSION_DENIED");
  CHECK(denied.message == "the budget of this hour is used up");
}

TEST_CASE("a resource is given back once") {
  const Served served;
  served.engine->add(FakeOrchestrationEngine::spare("r-9", kUser));
  const Caller caller(served.address());
  CHECK(caller.call("Release", "id: \"r-9\"").code == "OK");
  CHECK(caller.call("Release", "id: \"r-9\"").code == "NOT_FOUND");
}

TEST_CASE("why an action was planned is told in sentences") {
  const Served served;
  const Caller caller(served.address());
  CHECK(caller.call("Explain", "action: 1").text ==
        R"(sentences: "it is likely" sentences: "a ready one costs less than waiting")");
  CHECK(caller.call("Explain", "action: 2").code == "NOT_FOUND");
}

TEST_CASE("somebody says what a user is, and takes it back") {
  const Served served;
  const Caller caller(served.address());
  CHECK(caller.call("Label", kKey + "attribute: \"skill\" value: \"expert\"").code == "OK");
  CHECK(caller.call("Label", kKey + "attribute: \"skill\"").code == "OK");
  const auto labels = served.engine->labels();
  REQUIRE(labels.size() == 2);
  CHECK(labels[0].value == std::uint8_t{2});
  CHECK_FALSE(labels[1].value);
  const auto wrong = caller.call("Label", kKey + "attribute: \"skill\" value: \"wizard\"");
  CHECK(wrong.code == "INVALID_ARGUMENT");
  CHECK_THAT(wrong.message, Contains("beginner, intermediate, expert"));
}

TEST_CASE("a server without sensors takes no reports, and knows users by their keys") {
  ServerSettings settings;
  settings.listen = {SocketAddress::parse("127.0.0.1:0").value()};
  const auto engine = std::make_shared<FakeOrchestrationEngine>();
  const auto server = serve_orchestration(engine, settings).value();
  const Caller caller(server->addresses().at(0).to_string());
  CHECK(caller.call("ReportActivity", "acts { actor: \"a\" }").code == "UNIMPLEMENTED");
  CHECK(caller.call("GetDesired", "user { name: \"alice\" }").code == "UNIMPLEMENTED");
  CHECK(caller.call("GetDesired", kKey).code == "NOT_FOUND");
}
