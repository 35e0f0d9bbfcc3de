// Targets that refuse, lie, hang, or do half: nothing is made twice, and nothing is left.
#include "tests/lib/orchestrate/orchestration_house.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using namespace std::chrono_literals;
using State = Action::State;
using Mood = Estate::Mood;

namespace {

struct Troubled : OrchestrationHouse {
  explicit Troubled(Mood mood) {
    estate->mood = mood;
    settings.kinds[0].ready_within = 20s;
    start();
    foresee(7, {likely(machine("large", 3), 0.8F)});
  }
  ~Troubled() { CHECK(estate->doubled == 0); }
  double counted(const std::string& name) {
    for (const auto& each : metrics.collect())
      if (each.name == "harbinger_orchestrate_" + name) return each.value;
    return -1;
  }
};

}  // namespace

TEST_CASE("a target without room is asked again in pauses that double, and says why") {
  Troubled house(Mood::full);
  house.go(3s);
  CHECK(house.over(State::failed).size() == 1);
  CHECK(house.over(State::failed)[0].trouble == "no room");
  CHECK(house.engine->state().troubles.at("estate") == "no room");
  CHECK(house.counted("target_trouble") == 1);
  house.go(3min);
  CHECK(house.estate->orders >= 3);
  CHECK(house.estate->orders <= 8);
  house.estate->mood = Mood::well;
  house.go(2min);
  CHECK(house.spares() == 1);
  house.go(40s);
  CHECK_FALSE(house.engine->state().troubles.contains("estate"));
}

TEST_CASE("what a target will never make is told once, and not tried again soon") {
  Troubled house(Mood::never);
  house.go(2min);
  CHECK(house.estate->orders == 1);
  SECTION("or is not even ordered") {
    house.foresee(8, {likely(machine("huge"), 0.9F)});
    house.go(1min);
    CHECK(house.estate->orders == 1);
    REQUIRE(house.engine->history(1).size() == 1);
    CHECK(house.engine->history(1)[0].trouble == "there is no machine type 'huge'");
  }
}

TEST_CASE("a target that cannot work is not ordered from, and what waits for it goes on by itself") {
  Troubled house(Mood::down);
  house.go(10s);
  CHECK(house.estate->orders <= 1);
  CHECK(house.engine->state().troubles.at("estate") == "the estate is down");
  house.estate->mood = Mood::well;
  house.go(2min);
  CHECK(house.spares() == 1);
  CHECK(house.estate->made == 1);
}

TEST_CASE("what is not ready in time is taken back") {
  Troubled house(Mood::silent);
  house.go(15s);
  CHECK(house.estate->size() == 1);
  CHECK(house.spares() == 0);
  house.go(10s);
  CHECK(house.estate->size() == 0);
  CHECK(house.over(State::failed).at(0).trouble.starts_with("it was not ready within 2"));
}

TEST_CASE("a target that says ready and is not is looked at again, and not believed") {
  Troubled house(Mood::boasts);
  house.go(10s);
  CHECK(house.estate->size() == 1);
  CHECK(house.spares() == 0);
  CHECK(house.estate->looks > 1);
  house.go(15s);
  CHECK(house.estate->size() == 0);
}

TEST_CASE("a target that says it made something, and has nothing, is found out") {
  Troubled house(Mood::forgets);
  house.go(10s);
  CHECK(house.over(State::failed).at(0).trouble == "its target said that it was made, and does not have it");
  CHECK(house.counted("target_lies_total") >= 1);
  CHECK(house.spares() == 0);
}

TEST_CASE("half of an order is completed, or taken back in time") {
  Troubled house(Mood::half);
  house.go(3s);
  CHECK(house.estate->parts() == 2);
  CHECK(house.spares() == 0);
  SECTION("completed") {
    house.estate->mood = Mood::well;
    house.go(10s);
    CHECK(house.spares() == 1);
    CHECK(house.estate->parts() == 3);
    CHECK(house.estate->made == 1);
  }
  SECTION("taken back") {
    house.go(20s);
    CHECK(house.estate->size() == 0);
    CHECK(house.engine->state().failed >= 1);
  }
}

TEST_CASE("an order whose answer was lost is looked for, not given twice") {
  Troubled house(Mood::lost_answer);
  house.estate->mood = Mood::well;
  house.go(5s);
  CHECK(house.estate->made == 1);
  CHECK(house.spares() == 1);
  CHECK(house.estate->size() == 1);
}

TEST_CASE("a spare that dies is missed and replaced; one that was claimed is told of") {
  Troubled house(Mood::well);
  house.go(2s);
  const auto id = house.engine->resources().at(0).id;
  house.estate->kill(id);
  house.go(2min);
  REQUIRE(house.spares() == 1);
  CHECK(house.engine->resources()[0].id != id);
  const auto claim = house.engine->claim(7, machine("large", 3)).value();
  house.estate->kill(claim.id);
  house.word->say(7, {});
  house.go(2min);
  CHECK(house.claimed() == 0);
  CHECK(house.engine->resources().empty());
}

TEST_CASE("a list that hides what is there is not believed where a look finds it") {
  Troubled house(Mood::well);
  house.go(2s);
  house.estate->hides = true;
  house.go(2min);
  CHECK(house.spares() == 1);
  CHECK(house.estate->made == 1);
}

TEST_CASE("a removal that does not come about is tried until it does") {
  Troubled house(Mood::well);
  house.go(2s);
  house.estate->removes = false;
  house.foresee(7, {});
  house.go(2min);
  CHECK(house.count(Resource::Step::removing) == 1);
  house.estate->removes = true;
  house.go(2min);
  CHECK(house.estate->size() == 0);
  CHECK(house.engine->resources().empty());
}

TEST_CASE("what nobody knows is removed, and what was there before is found again") {
  Troubled house(Mood::well);
  house.foresee(8, {likely(machine("small"), 0.8F)});
  house.go(2s);
  house.word->say(7, {});
  REQUIRE(house.engine->claim(7, machine("large", 3)));
  const auto before = house.estate->there();
  house.estate->add("hb-nobody", machine("large"));
  house.start();
  house.go(3s);
  CHECK(house.estate->there() == before);
  CHECK(house.claimed() == 1);
  CHECK(house.spares() == 1);
  CHECK(house.counted("strays_total") == 1);
  const auto numbers = house.engine->history(1).at(0).number;
  house.start();
  house.foresee(9, {likely(machine("small"), 0.8F)});
  house.go(2s);
  CHECK(house.engine->history(1).at(0).number > numbers);
  SECTION("also by a dry run, which keeps what somebody has, and only that") {
    house.settings.mode = Mode::dry_run;
    house.start();
    house.go(3s);
    CHECK(house.estate->size() == 1);
    CHECK(house.claimed() == 1);
  }
}

TEST_CASE("a target that hangs holds up nobody else, and gets no second call for what it works on") {
  OrchestrationHouse house;
  auto world = house.world();
  world.clock = &system_clock();
  auto other = std::make_shared<Estate>();
  world.targets["other"] = std::make_unique<ToldTarget>(other);
  house.settings.kinds.push_back({.kind = "volume", .target = "other"});
  house.settings.threads = 4;
  house.settings.round = 10ms;
  house.settings.cool_down = 0s;
  house.settings.kinds[0].ready_within = 100ms;
  house.estate->mood = Mood::hangs;
  house.engine = OrchestrationEngine::start(house.settings, std::move(world)).value();
  const Need volume{.kind = "volume", .storage_gb = 5};
  for (ActorKey user = 1; user < 9; ++user) {
    house.word->say(user, {likely(machine("large"), 0.8F), likely(volume, 0.8F)});
    house.act(user);
  }
  CHECK(wait_until([&] { return house.spares() == 8; }));
  CHECK(wait_until([&] { return house.engine->state().troubles.contains("estate"); }));
  const unsigned orders = house.estate->orders;
  CHECK(orders >= 1);
  house.estate->come_back();
  CHECK(wait_until([&] { return house.spares() >= 9; }));
  CHECK(house.estate->doubled == 0);
  house.engine.reset();
}
