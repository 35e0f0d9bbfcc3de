#include <catch2/catch.hpp>

#include <tests/support/ctl.h>
#include <tests/support/dns_client.h>
#include <tests/support/fake_orchestration_engine.h>
#include <tests/support/scratch.h>

#include "plugins/orchestration/pages.h"

using namespace harbinger;
using namespace harbinger::test;
using Catch::Contains;
using orchestrate::Action;

namespace {

// Pages of a server with two actions that wait for a yes, and harbingerctl before them.
struct Operator {
  Scratch folder;
  Metrics metrics;
  std::filesystem::path token = folder.write("token", "writing-0123456789\n");
  std::shared_ptr<HttpServer> server = HttpServer::listen(loopback(0)).value();
  std::shared_ptr<net::HttpGuard> guard =
      net::HttpGuard::make({.tokens = folder.write("tokens", "writing-0123456789 write\n"), .log = {}}).value();
  std::shared_ptr<FakeOrchestrationEngine> engine = std::make_shared<FakeOrchestrationEngine>();
  std::shared_ptr<orchestration::Intake> intake =
      orchestration::Intake::open({}, {.clock = &system_clock(),
                                       .metrics = &metrics,
                                       .state = folder.path(),
                                       .secret = {1},
                                       .sink = [this](auto acts) { return engine->heard(acts); }})
          .value();
  orchestration::OrchestrationPages pages{server, guard, {[this] { return engine; }, [this] { return intake; }}};

  Operator() {
    engine->add(FakeOrchestrationEngine::make_of(1, 0xabc));
    engine->add(FakeOrchestrationEngine::make_of(2, 0xabc));
  }
  Ran run(std::vector<std::string> words, bool shows_token = true) const {
    words.insert(words.end(), {"--url", url(server->address())});
    if (shows_token) words.insert(words.end(), {"--token-file", token});
    return ctl(std::move(words));
  }
};

}  // namespace

TEST_CASE_METHOD(Operator, "ctl plan, history and why-plan print what is planned, what is over, and why") {
  CHECK_THAT(run({"plan"}).output, Contains("ACTION") && Contains("proposed") && Contains("2 x small"));
  CHECK_THAT(run({"plan", "--json"}).output, Contains("\"action\": 1"));
  const auto history = run({"history", "--most", "1"}).output;
  CHECK_THAT(history, Contains("ACTION") && Contains("       2 make"));
  CHECK_THAT(history, !Contains("       1 make"));
  CHECK_THAT(run({"why-plan", "1"}).output, Contains("it is likely"));
  const auto unknown = run({"why-plan", "7"});
  CHECK(unknown.exit_code == 1);
  CHECK_THAT(unknown.output, Contains("no action 7"));
  const auto nameless = run({"plan"}, false);
  CHECK(nameless.exit_code == 1);
  CHECK_THAT(nameless.output, Contains("name a token with --token-file"));
}

TEST_CASE_METHOD(Operator, "ctl apply approves one action or all, and deny says no to one") {
  const auto one = run({"apply", "1"});
  CHECK(one.exit_code == 0);
  CHECK(one.output == "action 1 is approved\n");
  CHECK(engine->plan()[0].state == Action::State::acting);
  CHECK(run({"apply", "1"}).exit_code == 1);
  engine->add(FakeOrchestrationEngine::make_of(3, 0xabc));
  CHECK(run({"deny", "3"}).output == "action 3 is denied\n");
  CHECK(run({"apply"}).output == "approved 1\n");
  CHECK(run({"apply", "all"}).exit_code == 1);
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"apply", "some"}, {"deny", "all"}, {"deny"}, {"why-plan", "x"}})
    CHECK(run(wrong).exit_code == 2);
}

TEST_CASE_METHOD(Operator, "ctl persona label and unlabel say what a user is, by name or by key") {
  CHECK(run({"persona", "label", "alice", "skill", "expert"}).output == "alice is expert now\n");
  CHECK(run({"persona", "label", "0000000000000abc", "security", "strict"}).exit_code == 0);
  CHECK(run({"persona", "unlabel", "alice", "skill"}).output == "alice's label for skill is gone\n");
  const auto labels = engine->labels();
  REQUIRE(labels.size() == 3);
  CHECK(labels[0].user == intake->key_of("alice"));
  CHECK(labels[0].value == std::uint8_t{2});
  CHECK(labels[1].user == 0xabc);
  CHECK_FALSE(labels[2].value);
  const auto wrong = run({"persona", "label", "alice", "skill", "wizard"});
  CHECK(wrong.exit_code == 1);
  CHECK_THAT(wrong.output, Contains("beginner, intermediate, expert"));
  CHECK(run({"persona", "label", "alice", "skill"}).exit_code == 2);
}
