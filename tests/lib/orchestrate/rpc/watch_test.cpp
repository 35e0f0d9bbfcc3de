// Who watches the plan, and who watches a user: the beginning, changes, slow readers, and the end.
#include <catch2/catch.hpp>

#include "tests/lib/orchestrate/rpc/served.h"
#include "tests/support/process.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using Catch::Matchers::Contains;

namespace {

constexpr ActorKey kUser = 0xabc;
const std::string kKey = "user { key: \"0000000000000abc\" }";

OrchestrationEngine::UserState user_with(float something) {
  OrchestrationEngine::UserState user{.user = kUser};
  user.outlook.something = something;
  return user;
}

}  // namespace

TEST_CASE("a watcher of the plan is told what there is, that this is all, and each change from then on") {
  const Served served;
  served.engine->add(FakeOrchestrationEngine::make_of(1, kUser));
  served.engine->add(FakeOrchestrationEngine::spare("r-9", kUser));
  const auto watch = Caller(served.address()).watch_plan();
  const auto beginning = watch->next();
  REQUIRE(beginning);
  CHECK_THAT(*beginning, Contains("number: 1") && Contains("id: \"r-9\"") && Contains("complete: true"));
  served.engine->add(FakeOrchestrationEngine::make_of(1, kUser, Action::State::acting));
  const auto news = watch->next();
  REQUIRE(news);
  CHECK_THAT(*news, Contains("ACTION_STATE_ACTING") && !Contains("complete") && !Contains("resources"));
}

TEST_CASE("a watcher of a user is told anew when something has changed, and not when nothing has") {
  const Served served;
  const auto watch = Caller(served.address()).watch_desired(kKey);
  served.engine->know(user_with(0.5F));  // nobody heard of him before
  CHECK_THAT(watch->next().value_or(""), Contains("something: 0.5"));
  served.engine->know(user_with(0.51F));
  served.engine->add(FakeOrchestrationEngine::make_of(1, kUser + 1));
  served.engine->know(user_with(0.9F));
  CHECK_THAT(watch->next().value_or(""), Contains("something: 0.9"));
  served.engine->add(FakeOrchestrationEngine::make_of(2, kUser));
  CHECK_THAT(watch->next().value_or(""), Contains("number: 2"));
  const auto nobody = Caller(served.address()).watch_desired("");
  CHECK_FALSE(nobody->next());
  CHECK(nobody->end().code == "INVALID_ARGUMENT");
}

TEST_CASE("a watcher of the plan that does not read is cut off when too many things wait") {
  ServerSettings settings;
  settings.most_waiting = 50;
  const Served served(settings);
  const auto watch = Caller(served.address()).watch_plan();
  REQUIRE(watch->next());
  CHECK(wait_until([&, number = std::uint64_t{1}]() mutable {
    for (int k = 0; k < 200; ++k) {
      auto action = FakeOrchestrationEngine::make_of(number++, kUser);
      action.reason = std::string(2000, 'r');
      served.engine->add(action);
    }
    return served.metric("harbinger_orchestration_watchers_cut_total") == 1;
  }));
  CHECK(wait_until([&] { return served.engine->listeners() == 0; }));
}

TEST_CASE("one watcher more than may be is refused, and one that goes is forgotten") {
  ServerSettings settings;
  settings.most_streams = 1;
  const Served served(settings);
  const Caller caller(served.address());
  auto watch = caller.watch_plan();
  REQUIRE(watch->next());
  const auto second = caller.watch_desired(kKey);
  CHECK_FALSE(second->next());
  CHECK(second->end().code == "RESOURCE_EXHAUSTED");
  watch.reset();
  CHECK(wait_until([&] { return served.engine->listeners() == 0; }));
  CHECK(wait_until([&] { return caller.watch_plan()->next().has_value(); }));
}

TEST_CASE("a server that stops says so to all who watch, and lets go of the engine") {
  Served served;
  served.engine->know(user_with(0.5F));
  const Caller caller(served.address());
  const auto plan = caller.watch_plan(), user = caller.watch_desired(kKey);
  REQUIRE(plan->next());
  REQUIRE(user->next());
  served.server->stop();
  CHECK_FALSE(plan->next());
  CHECK_FALSE(user->next());
  CHECK(plan->end().code == "UNAVAILABLE");
  CHECK(user->end().code == "UNAVAILABLE");
  served.server.reset();
  CHECK(wait_until([&] { return served.engine.use_count() == 1; }));
}
