// The loop, with a clock that a test moves: what is foreseen is made, what is asked for is found ready, what is not asked for goes.
#include "tests/lib/orchestrate/orchestration_house.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using namespace std::chrono_literals;
using State = Action::State;
using Step = Resource::Step;

TEST_CASE("what a user is likely to need is made ahead, and ready when it is asked for") {
  OrchestrationHouse house;
  house.start();
  house.foresee(7, {likely(machine("large", 2), 0.8F)});
  house.go(2s);
  REQUIRE(house.spares() == 1);
  CHECK(house.estate->parts() == 2);
  const auto done = house.over(State::done);
  REQUIRE(done.size() == 1);
  CHECK(done[0].reason ==
        "u0000000000000007 is likely (0.80) to ask for 2 x large with ubuntu in 60 s; a ready one costs 0.06, waiting "
        "8.00");
  const auto why = house.engine->why(done[0].number).value();
  CHECK(std::ranges::count(why, "skill: expert (0.90, by what was seen)") == 1);
  CHECK(std::ranges::count(why, "a test said so") == 1);
  house.go(8s);
  house.ask(7, machine("large", 2));
  const auto state = house.engine->state();
  CHECK(state.hits == 1);
  CHECK(state.misses == 0);
  CHECK(state.lead_s == Approx(9).margin(1.1));
  CHECK(house.claimed() == 1);
}

TEST_CASE("what is claimed stays, whatever is foreseen, until it is given back") {
  OrchestrationHouse house;
  house.start();
  house.foresee(7, {likely(machine("large"), 0.8F)});
  house.go(2s);
  const auto claim = house.engine->claim(7, machine("large")).value();
  CHECK(claim.was_ready);
  CHECK(claim.reach.size() == 1);
  house.foresee(7, {});
  house.go(20min);
  REQUIRE(house.claimed() == 1);
  REQUIRE(house.engine->release(claim.id));
  house.go(2s);
  CHECK(house.engine->resources().empty());
  CHECK(house.estate->size() == 0);
  CHECK(house.engine->release(claim.id).error().code == ErrorCode::not_found);
}

TEST_CASE("a claim and the act that tells of it are one asking") {
  OrchestrationHouse house;
  house.start();
  house.foresee(7, {likely(machine("large"), 0.8F)});
  house.go(2s);
  REQUIRE(house.engine->claim(7, machine("large")));
  house.go(5s);
  house.ask(7, machine("large"));
  CHECK(house.engine->state().hits == 1);
  CHECK(house.engine->state().misses == 0);
  CHECK(house.word->heard_acts().back() == "create");  // learnt from once, as a claim
}

TEST_CASE("what is not likely any more is rolled back, and does not come and go with each tremble of a forecast") {
  OrchestrationHouse house;
  house.start();
  const auto need = machine("large");
  house.foresee(7, {likely(need, 0.5F)});
  house.go(2s);
  REQUIRE(house.spares() == 1);
  // Break-even is about 0.008: a bit below it, it stays; below its half, it goes, once it has cooled down.
  house.foresee(7, {likely(need, 0.006F)});
  house.go(60s);
  CHECK(house.spares() == 1);
  house.foresee(7, {likely(need, 0.001F)});
  house.go(2s);
  CHECK(house.engine->resources().empty());
  CHECK(house.engine->state().rolled_back == 1);
  CHECK(house.engine->state().wasted == 1);
  house.foresee(7, {likely(need, 0.5F)});
  house.go(5s);
  CHECK(house.estate->made == 1);
  REQUIRE(house.engine->plan().size() == 1);
  CHECK(house.engine->plan()[0].state == State::held);
  CHECK(house.engine->plan()[0].trouble == "it was removed just now");
  house.go(40s);
  CHECK(house.spares() == 1);
}

TEST_CASE("what was not asked for within a while is given up, and not made again until its user does something") {
  OrchestrationHouse house;
  house.start();
  house.foresee(7, {likely(machine("large"), 0.5F)});
  house.go(4min);
  CHECK(house.spares() == 1);
  house.go(2min);
  CHECK(house.engine->resources().empty());
  CHECK(house.engine->state().idle_s == Approx(300).margin(3));
  house.go(5min);
  CHECK(house.estate->made == 1);
  house.act(7);
  house.go(2s);
  CHECK(house.spares() == 1);
}

TEST_CASE("a need that would cost more idle than its absence would is not made") {
  OrchestrationHouse house;
  house.settings.kinds[0].idle_cost = 200;
  house.start();
  house.foresee(7, {likely(machine("large"), 0.4F)});
  house.go(2s);
  CHECK(house.engine->resources().empty());
  SECTION("which a full system makes of any") {
    house.settings.kinds[0].idle_cost = 2;
    house.load = {.cpu = 0.2F, .memory = 0.95F};
    house.start();
    house.foresee(8, {likely(machine("large"), 0.1F)});
    house.go(2s);
    CHECK(house.engine->resources().empty());
    house.load = {};
    house.go(2s);
    house.act(8);
    CHECK(house.engine->resources().size() == 1);
  }
}

TEST_CASE("of what is there, another size is made where the target can") {
  OrchestrationHouse house;
  house.start();
  house.foresee(7, {likely(machine("large"), 0.8F)});
  house.go(2s);
  const auto id = house.engine->resources().at(0).id;
  house.foresee(7, {likely(machine("large", 3), 0.8F)});
  house.go(2s);
  REQUIRE(house.spares() == 1);
  CHECK(house.engine->resources()[0].id == id);
  CHECK(house.estate->there().at(id).count == 3);
  CHECK(house.estate->made == 1);
  SECTION("and where it cannot, the other is made, and the one that is there goes") {
    house.estate->can_change = false;
    house.foresee(7, {likely(machine("small"), 0.8F)});
    house.go(60s);
    REQUIRE(house.spares() == 1);
    CHECK(house.engine->resources()[0].need == machine("small"));
    CHECK(house.estate->size() == 1);
    CHECK(house.over(State::failed).size() == 1);
  }
}

TEST_CASE("a claim that is told again gives nothing more") {
  OrchestrationHouse house;
  house.settings.reactive = true;
  house.start();
  const auto first = house.engine->claim(7, machine("large"), "r1").value();
  const auto again = house.engine->claim(7, machine("large"), "r1").value();
  CHECK((again.id == first.id && again.why == "it is being made" && !again.was_ready));
  house.go(2s);
  CHECK(house.claimed() == 1);
  const auto later = house.engine->claim(7, machine("large"), "r1").value();
  CHECK((later.id == first.id && later.why.empty() && later.reach.size() == 1));
  CHECK(house.engine->claim(7, machine("small"), "r1").error().code == ErrorCode::conflict);
  CHECK(house.engine->claim(7, machine("large"), "r2").value().id != first.id);
  CHECK(house.engine->claim(8, machine("large"), "r1").value().id != first.id);
  SECTION("while what it got is there, and for ten minutes") {
    REQUIRE(house.engine->release(first.id));
    CHECK(house.engine->claim(7, machine("large"), "r1").value().id != first.id);
  }
  SECTION("and is another one ten minutes later") {
    house.go(11min);
    CHECK(house.engine->claim(7, machine("large"), "r1").value().id != first.id);
  }
}

TEST_CASE("a claim that waits for approval and is told again is proposed once, and answered with what it got") {
  OrchestrationHouse house;
  house.settings.mode = Mode::approval;
  house.settings.reactive = true;
  house.start();
  const auto first = house.engine->claim(7, machine("large"), "r1").value();
  CHECK(first.id.empty());
  CHECK(house.engine->claim(7, machine("large"), "r1").value().why == first.why);
  REQUIRE(house.engine->plan().size() == 1);
  REQUIRE(house.engine->approve(house.engine->plan().at(0).number, true));
  house.go(2s);
  const auto later = house.engine->claim(7, machine("large"), "r1").value();
  CHECK((!later.id.empty() && later.reach.size() == 1));
  CHECK(house.claimed() == 1);
}

TEST_CASE("what is asked for and not ready is made now, where that is wanted") {
  OrchestrationHouse house;
  house.settings.reactive = true;
  house.start();
  const auto claim = house.engine->claim(7, machine("large")).value();
  CHECK_FALSE(claim.was_ready);
  house.go(2s);
  CHECK(house.claimed() == 1);
  CHECK(house.engine->resources().at(0).id == claim.id);
  CHECK(house.engine->state().misses == 1);
  SECTION("and denied where it is not") {
    house.settings.reactive = false;
    house.start();
    CHECK(house.engine->claim(8, machine("large")).error().code == ErrorCode::denied);
    CHECK(house.engine->claim(8, {.kind = "castle"}).error().code == ErrorCode::unknown);
    CHECK(house.engine->claim(0, machine("large")).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("with approval, nothing is made until somebody says yes, and a proposal that nobody answers is over") {
  OrchestrationHouse house;
  house.settings.mode = Mode::approval;
  house.start();
  house.foresee(7, {likely(machine("large"), 0.8F)});
  house.foresee(8, {likely(machine("large"), 0.8F)});
  house.go(5s);
  auto plan = house.engine->plan();
  REQUIRE(plan.size() == 2);
  CHECK(plan[0].state == State::proposed);
  CHECK(house.estate->size() == 0);
  REQUIRE(house.engine->approve(plan[0].number, true));
  REQUIRE(house.engine->approve(plan[1].number, false));
  house.go(2s);
  CHECK(house.estate->size() == 1);
  CHECK(house.over(State::denied).size() == 1);
  CHECK(house.engine->approve(plan[1].number, true).error().code == ErrorCode::conflict);
  CHECK(house.engine->approve(77, true).error().code == ErrorCode::not_found);
  CHECK(house.engine->plan().empty());
  house.foresee(9, {likely(machine("large"), 0.8F)});
  house.go(11min);
  CHECK(house.over(State::expired).size() >= 1);
  house.word->say(7, {});
  house.word->say(8, {});
  house.foresee(9, {likely(machine("small"), 0.8F)});
  house.go(2s);
  CHECK(house.engine->approve_all() == 1);
}

TEST_CASE("a dry run makes nothing, and counts as if it had") {
  OrchestrationHouse house;
  house.settings.mode = Mode::dry_run;
  house.start();
  house.foresee(7, {likely(machine("large"), 0.8F)});
  house.go(15s);
  CHECK(house.estate->orders == 0);
  REQUIRE(house.spares() == 1);
  CHECK(house.over(State::would).size() == 1);
  house.ask(7, machine("large"));
  CHECK(house.engine->state().hits == 1);
  CHECK(house.engine->state().lead_s == Approx(5).margin(1.5));
  house.foresee(7, {likely(machine("small"), 0.8F)});
  house.go(10min);
  CHECK(house.engine->state().wasted == 2);  // a second large one, and the small one
  CHECK(house.engine->state().rolled_back == 1);
  CHECK(house.engine->claim(7, machine("large")).error().code == ErrorCode::denied);
  CHECK(house.engine->state().cost > 0);
}

TEST_CASE("once halted, nothing more is made ahead, also after a restart") {
  OrchestrationHouse house;
  house.start();
  house.foresee(7, {likely(machine("large"), 0.8F)});
  house.go(2s);
  house.engine->halt(true);
  house.foresee(8, {likely(machine("large"), 0.8F)});
  house.go(5s);
  CHECK(house.spares() == 1);
  house.start();
  CHECK(house.engine->state().halted);
  house.act(8);
  house.go(5s);
  CHECK(house.estate->size() == 1);
  house.engine->halt(false);
  house.act(8);
  house.go(2s);
  CHECK(house.spares() == 2);
}

TEST_CASE("budgets of orchestration hold, whatever is foreseen, and say so") {
  OrchestrationHouse house;
  house.settings.budgets = {.resources = 6, .per_user = 3};
  house.start();
  house.foresee(7, {likely(machine("a", 2), 0.9F), likely(machine("b", 2), 0.8F), likely(machine("c"), 0.7F)});
  house.go(3s);
  CHECK(house.estate->parts() == 3);
  REQUIRE(house.engine->plan().size() == 1);
  CHECK(house.engine->plan()[0].trouble == "its user has 3 of 3 resources ahead, and this is 2 more");
  house.foresee(8, {likely(machine("a", 3), 0.9F)});
  house.foresee(9, {likely(machine("a"), 0.9F)});
  house.go(3s);
  CHECK(house.estate->parts() == 6);
  SECTION("orders of an hour, also across a restart") {
    house.settings.budgets = {.resources = 100, .starts_per_hour = 4};
    house.start();
    house.foresee(10, {likely(machine("a"), 0.9F)});
    house.foresee(11, {likely(machine("a"), 0.9F)});
    house.go(3s);
    CHECK(house.estate->made == 4);
  }
  SECTION("cost of an hour") {
    house.settings.budgets = {.resources = 100, .cost_per_hour = 13};  // two for each part
    house.start();
    house.act(9);
    house.go(3s);
    CHECK(house.estate->parts() == 6);
    REQUIRE_FALSE(house.engine->plan().empty());
    CHECK(house.engine->plan()[0].trouble == "all that is there costs 12.00 of 13.00 an hour, and this 4.00 more");
  }
}

TEST_CASE("what a user's resource is seen to use makes it bigger or smaller") {
  OrchestrationHouse house;
  house.settings.reactive = true;
  house.start();
  const auto id = house.engine->claim(7, machine("large", 4)).value().id;
  house.go(60s);
  REQUIRE(house.claimed() == 1);
  for (int i = 0; i < 6; ++i) house.act(7, nullptr, "metrics", 0.95F);
  house.go(2s);
  CHECK(house.estate->there().at(id).count == 7);
  house.go(60s);
  for (int i = 0; i < 20; ++i) house.act(7, nullptr, "metrics", 0.02F);
  house.go(2s);
  CHECK(house.estate->there().at(id).count < 7);
  CHECK(house.claimed() == 1);
}

TEST_CASE("an engine with settings that cannot be does not start, and says what would be right") {
  OrchestrationHouse house;
  const auto says = [&] { return house.try_start().error().to_string(); };
  SECTION("target") {
    house.settings.kinds[0].target = "nowhere";
    CHECK(says() == "kind 'machine' has target 'nowhere', which is not there; there are estate");
  }
  SECTION("twice") {
    house.settings.kinds.push_back(house.settings.kinds[0]);
    CHECK(says() == "two kinds are called 'machine'; each needs a name of its own");
  }
  SECTION("cost") {
    house.settings.kinds[0].cold_cost = -1;
    CHECK(says() == "kind 'machine' has a cost below 0, or one that is no number; 0 or more would be right");
  }
  SECTION("another has its journal") {
    house.start();
    auto second = OrchestrationEngine::start(house.settings, house.world());
    CHECK(second.error().code == ErrorCode::conflict);
  }
}

TEST_CASE("acts beyond what the queue holds are shed, and counted") {
  OrchestrationHouse house;
  house.settings.queue = 10;
  house.start();
  std::vector<Activity> acts(15);
  for (auto& each : acts) each.actor = 3;
  CHECK(house.engine->heard(acts) == 10);
  house.engine->catch_up();
  CHECK(house.engine->state().shed == 5);
  CHECK(house.engine->state().acts == 10);
  CHECK(house.engine->user(3)->acts == 10);
  CHECK(house.engine->user(4).error().code == ErrorCode::not_found);
}

TEST_CASE("who listens hears of each step of a resource and of its action, until he lets go") {
  OrchestrationHouse house;
  house.start();
  std::vector<Step> steps;
  std::vector<State> states;
  auto handle = house.engine->on_change([&](const OrchestrationEngine::Change& change) {
    if (change.resource) steps.push_back(change.resource->step);
    if (change.action) states.push_back(change.action->state);
    CHECK(house.engine->state().mode == Mode::on);  // one may ask meanwhile
  });
  house.foresee(7, {likely(machine("large"), 0.8F)});
  house.go(2s);
  CHECK(steps == std::vector{Step::ordered, Step::starting, Step::spare});
  CHECK(states == std::vector{State::acting, State::done});
  house.ask(7, machine("large"));
  CHECK(steps.back() != Step::spare);
  handle.reset();
  const auto heard = steps.size();
  house.foresee(8, {likely(machine("large"), 0.8F)});
  house.go(2s);
  CHECK(steps.size() == heard);
}

TEST_CASE("what was learnt is there again after a restart, and what cannot be read is told of and begun anew") {
  OrchestrationHouse house;
  house.start();
  house.ask(7, machine("large"));
  house.ask(8, machine("large"));
  house.start();
  CHECK(house.engine->state().needs.asked == 2);
  house.engine.reset();
  house.scratch.write("state/learnt", "something else");
  house.start();
  CHECK(house.engine->state().needs.asked == 0);
}

TEST_CASE("nothing is planned in mode off, and all is learnt") {
  OrchestrationHouse house;
  house.settings.mode = Mode::off;
  house.start();
  house.foresee(7, {likely(machine("large"), 0.8F)});
  house.ask(7, machine("large"));
  house.go(5s);
  CHECK(house.engine->plan().empty());
  CHECK(house.engine->history(10).empty());
  CHECK(house.engine->state().misses == 0);
  CHECK(house.engine->state().acts == 2);
  CHECK(house.word->heard() == 2);
  CHECK(house.engine->claim(7, machine("large")).error().code == ErrorCode::denied);
}

TEST_CASE("an act that failed asks for nothing, and one of nobody is nobody's") {
  OrchestrationHouse house;
  house.start();
  house.foresee(7, {likely(machine("large"), 0.8F)});
  house.go(2s);
  const auto need = machine("large");
  Activity act{.actor = 7, .at = house.date(), .verb = "create", .kind = "servers", .source = "test", .scope = {}};
  act.asks = &need;
  act.outcome = ActivityOutcome::failed;
  REQUIRE(house.engine->heard(std::span(&act, 1)) == 1);
  act.outcome = ActivityOutcome::succeeded;
  act.actor = 0;
  REQUIRE(house.engine->heard(std::span(&act, 1)) == 1);
  house.engine->catch_up();
  CHECK(house.engine->state().hits + house.engine->state().misses == 0);
  CHECK(house.spares() == 1);
  CHECK(house.engine->user(0).error().code == ErrorCode::not_found);
}
