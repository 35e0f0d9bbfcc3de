#include "persona/trainer.h"

#include <catch2/catch.hpp>
#include <cmath>

#include <tests/support/persona_bench.h>
#include <tests/support/scratch.h>
#include "persona/act_journal.h"

using namespace harbinger;
using namespace harbinger::persona;
using test::EngineBench;
using test::Scratch;

namespace {

constexpr auto kGoOn = [] { return true; };

struct Training {
  std::shared_ptr<test::NetworkDiary> diary = std::make_shared<test::NetworkDiary>();
  Trainer trainer{Trainer::Settings{}};

  explicit Training(double loss = 3) { trainer.begin(std::make_unique<test::PlainNetwork>(diary, loss)); }

  /// Whole sequences of so many clients. What is held out has location 1, the rest 0.
  void acts_of(ClientKey first, ClientKey last, std::uint32_t now_s = 1000) {
    std::vector<Trainer::Noted> acts;
    for (auto client = first; client <= last; ++client)
      for (std::size_t i = 0; i < TrainingWindows::kLength; ++i) {
        Trainer::Noted noted{client, {}};
        noted.code.target = static_cast<std::uint8_t>(i % 4);
        noted.code.location = TrainingWindows::held_out(client) ? 1 : 0;
        acts.push_back(noted);
      }
    std::vector<std::uint32_t> followed;
    trainer.note(acts, now_s, followed);
  }
};

}  // namespace

TEST_CASE("a network that got better is published, one that got worse or has no numbers is not") {
  const auto progress = GENERATE(0.01, 0.0, -0.01, std::nan(""));
  Training training;
  training.diary->progress = progress;
  training.acts_of(1, 400);
  REQUIRE(training.trainer.due());
  training.trainer.round(kGoOn);
  const auto better = training.trainer.take_better();
  const bool fit = progress >= 0;
  CHECK((better.network != nullptr) == fit);
  CHECK(training.trainer.state().published == (fit ? 1 : 0));
  CHECK(training.trainer.state().refused == (fit ? 0 : 1));
  if (progress > 0) CHECK(training.trainer.state().held_out_loss < 3);
  if (progress < 0) CHECK(training.trainer.state().held_out_loss == 3);
  CHECK_FALSE(training.trainer.due());
}

TEST_CASE("what is held out is never trained on, and is about a tenth of the clients") {
  Training training;
  training.acts_of(1, 2000);
  for (int round = 0; round < 5; ++round) {
    training.trainer.round(kGoOn);
    training.acts_of(10'000 + 2000 * round, 11'999 + 2000 * round, 2000 + 1000 * round);
  }
  CHECK(training.diary->trainings > 100);
  CHECK(training.diary->trained_locations == std::set<std::uint8_t>{0});
  int held_out = 0;
  for (ClientKey client = 1; client <= 10'000; ++client) held_out += TrainingWindows::held_out(client);
  CHECK(held_out > 900);
  CHECK(held_out < 1100);
}

TEST_CASE("a count of how popular each target is says what no training loses") {
  Training training;
  training.acts_of(1, 1000);
  training.trainer.round(kGoOn);
  // Four targets, as often each.
  CHECK(training.trainer.state().untrained_loss == Approx(std::log(4)).epsilon(0.02));
}

TEST_CASE("another engine's network is taken over when it is better, and not handed back as ours") {
  Training training(3);
  training.acts_of(1, 400);
  training.trainer.round(kGoOn);
  training.trainer.take_better();
  SECTION("better") {
    training.trainer.offer(test::PlainNetwork(training.diary, 1).save());
    training.trainer.round(kGoOn);
    const auto better = training.trainer.take_better();
    REQUIRE(better.network);
    CHECK_FALSE(better.ours);
    CHECK(training.trainer.state().held_out_loss == 1);
  }
  SECTION("worse") {
    training.trainer.offer(test::PlainNetwork(training.diary, 4).save());
    training.trainer.round(kGoOn);
    CHECK(training.trainer.take_better().network == nullptr);
  }
  SECTION("no network at all") {
    const std::vector<std::uint8_t> octets{1, 2, 3};
    training.trainer.offer(octets);
    training.trainer.round(kGoOn);
    CHECK(training.trainer.take_better().network == nullptr);
    CHECK(training.trainer.state().refused == 1);
  }
}

TEST_CASE("a round that is told to stop publishes nothing") {
  Training training;
  training.acts_of(1, 400);
  int pieces = 0;
  training.trainer.round([&] { return ++pieces < 10; });
  CHECK(pieces == 10);
  CHECK(training.trainer.take_better().network == nullptr);
}

TEST_CASE("an act comes back from the access history as it was") {
  BehaviourEvent act;
  act.client = 5;
  act.at = 1'700'000'000'000;
  act.resource = "example.org";
  act.action = Action::playback;
  act.device = DeviceClass::television;
  act.outcome = Outcome::failed;
  act.location = 40'000;
  act.type = 28;
  act.dwell_s = 12.5F;
  act.extent = 0.75F;
  const auto back = act_of(access_of(act));
  CHECK(back.client == act.client);
  CHECK(back.at == act.at);
  CHECK(back.resource == act.resource);
  CHECK(back.action == act.action);
  CHECK(back.device == act.device);
  CHECK(back.outcome == act.outcome);
  CHECK(back.location == act.location);
  CHECK(back.type == act.type);
  CHECK(back.dwell_s == act.dwell_s);
  CHECK(back.extent == act.extent);
}

TEST_CASE("an engine trains on what clients do, and after a restart on what they did before") {
  Scratch scratch;
  const auto enough = [](EngineBench& bench) {
    for (ClientKey client = 1; client <= 400; ++client) bench.acts(client, "video.example", 64);
    bench.engine->catch_up();
  };
  EngineBench first;
  first.settings.train = true;
  first.settings.state = scratch / "state";
  first.start();
  enough(first);
  CHECK(first.engine->state().models_published >= 1);
  CHECK(first.engine->state().held_out_loss < 3);
  CHECK(first.metric("models_total", "published") >= 1);
  first.engine.reset();

  EngineBench second;
  second.settings.train = true;
  second.settings.state = scratch / "state";
  second.start();
  second.engine->catch_up();
  CHECK(second.diary->trainings > 0);
  CHECK(second.engine->state().models_published >= 1);
}

TEST_CASE("a network that beats counting tells watchers what follows a rare resource") {
  EngineBench bench;
  bench.settings.train = true;
  bench.start();
  std::vector<PersonaUpdate::Successors> told;
  const auto handle = bench.engine->watch([&](const PersonaUpdate& update) {
    told.insert(told.end(), update.successors.begin(), update.successors.end());
  });
  const auto visit_rare = [&] {
    bench.acts(9000, "rare.example", 2);
    bench.engine->catch_up();
  };
  bench.diary->next[encode(bench.act(1, "rare.example"), 0).target] = encode(bench.act(1, "n5.example"), 0).target;
  visit_rare();
  CHECK(told.empty());  // nothing was trained yet

  for (ClientKey client = 1; client <= 400; ++client) {
    std::vector<BehaviourEvent> events;
    for (int i = 0; i < 64; ++i) events.push_back(bench.act(client, "n" + std::to_string(i) + ".example"));
    bench.report(events);
  }
  bench.engine->catch_up();
  REQUIRE(bench.engine->state().held_out_loss < bench.engine->state().untrained_loss);
  visit_rare();
  const auto rare = std::ranges::find(told, "rare.example", &PersonaUpdate::Successors::context);
  REQUIRE(rare != told.end());
  CHECK(rare->next.at(0).first == "n5.example");
}
