#include "orchestrate/need_model.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>
#include <vector>

using namespace harbinger;
using namespace harbinger::orchestrate;

namespace {

constexpr UnixMillis kStart = 1'700'000'000'000;
constexpr UserAttributes kAnybody{};

Need machine(std::string type, std::uint32_t count = 1) {
  Need need;
  need.kind = "machine";
  need.machine = std::move(type);
  need.image = "debian";
  need.count = count;
  return need;
}

Activity act(ActorKey actor, UnixMillis at, std::string_view verb, const Need* asks = nullptr) {
  Activity activity;
  activity.actor = actor;
  activity.at = at;
  activity.verb = verb;
  activity.kind = "servers";
  activity.source = "test";
  activity.asks = asks;
  return activity;
}

/// Users who log in, look around, and half of the time ask for what is theirs in turn; the rest leave again.
struct Planted {
  explicit Planted(std::unique_ptr<NeedModel> its) : model(std::move(its)) {}

  void visit(ActorKey user) {
    const bool will_ask = random() % 2 == 0;
    say(user, "login");
    at += 2'000;
    say(user, will_ask ? "list_flavours" : "list_invoices");
    at += 20'000 + static_cast<UnixMillis>(random() % 20'000);
    if (will_ask) {
      const std::vector<Need>& turns = user % 2 == 0 ? even : odd;
      const auto need = turns[asked[user]++ % turns.size()];
      model->heard(act(user, at, "create", &need), kAnybody, {});
    }
    at += 3'600'000;
  }
  void say(ActorKey user, std::string_view verb) { model->heard(act(user, at, verb), kAnybody, {}); }

  std::unique_ptr<NeedModel> model;
  std::vector<Need> even{machine("small"), machine("large", 4), machine("small", 2)};
  std::vector<Need> odd{machine("gpu"), machine("large", 4)};
  std::map<ActorKey, std::size_t> asked{};
  std::mt19937 random{9};
  UnixMillis at = kStart;
};

}  // namespace

TEST_CASE("of somebody of whom nothing was ever heard nothing is foretold") {
  const auto model = make_need_model({});
  const auto outlook = model->outlook(7, kAnybody, {}, kStart);
  CHECK(outlook.something == 0);
  CHECK(outlook.needs.empty());
  CHECK_FALSE(model->explain(7, kAnybody, {}, kStart).empty());
  CHECK(model->counts().asked == 0);
}

TEST_CASE(
    "needs are foretold by what each user asked for before, better than by popularity, last value or Markov chain") {
  Planted planted(make_need_model({}));
  for (int round = 0; round < 400; ++round) planted.visit(1 + static_cast<ActorKey>(round) % 10);

  const auto counts = planted.model->counts();
  CHECK(counts.asked > 150);
  CHECK(counts.top1 > 0.85);
  CHECK(counts.top1 > counts.baseline_top1 + 0.1);
  CHECK(counts.calibration_error < 0.08);
}

TEST_CASE("an outlook tells what comes next, how surely, and when") {
  Planted planted(make_need_model({}));
  for (int round = 0; round < 600; ++round) planted.visit(1 + static_cast<ActorKey>(round) % 10);

  const ActorKey user = 4;
  const auto expected = planted.even[planted.asked[user] % 3];
  planted.say(user, "login");
  planted.at += 2'000;
  planted.say(user, "list_flavours");
  const auto outlook = planted.model->outlook(user, kAnybody, {}, planted.at);
  REQUIRE_FALSE(outlook.needs.empty());
  CHECK(outlook.something > 0.8);
  CHECK(outlook.needs[0].need == expected);
  CHECK(outlook.needs[0].probability > 0.6);
  const auto usually = std::chrono::duration<double>(outlook.needs[0].usually_in).count();
  CHECK(usually > 10);
  CHECK(usually < 60);
  float sum = 0;
  for (const auto& need : outlook.needs) sum += need.probability;
  CHECK(sum <= outlook.something + 1e-4F);

  const auto word = std::ranges::find_if(outlook.words, [](const auto& each) { return each.field == "machine"; });
  REQUIRE(word != outlook.words.end());
  CHECK(word->word == expected.machine);

  // Somebody who looked at invoices asks for nothing now.
  planted.say(6, "login");
  planted.at += 2'000;
  planted.say(6, "list_invoices");
  CHECK(planted.model->outlook(6, kAnybody, {}, planted.at).something < 0.2);
}

TEST_CASE("whether anything is asked for comes true as often as is said, after acts and long after them") {
  const auto model = make_need_model({});
  std::mt19937 random(4);
  const auto small = machine("small");
  std::array<std::array<double, 3>, 5> levels{};
  struct Asked {
    ActorKey user;
    UnixMillis at;
    float stated;
  };
  std::vector<Asked> open;
  UnixMillis at = kStart;
  for (int step = 0; step < 8'000; ++step, at += 20'000) {
    // A user acts every 160 s on average, and one act of five asks for something.
    const ActorKey user = 1 + random() % 8;
    const bool asks = random() % 5 == 0;
    model->heard(act(user, at,
                     asks                ? "create"
                     : random() % 2 == 0 ? "list"
                                         : "show",
                     asks ? &small : nullptr),
                 kAnybody, {});
    std::erase_if(open, [&](const Asked& one) {
      if (!(asks && one.user == user) && at - one.at <= 300'000) return false;
      auto& level = levels[std::min<std::size_t>(static_cast<std::size_t>(one.stated * 5), 4)];
      level[0] += 1, level[1] += one.stated, level[2] += at - one.at <= 300'000 ? 1 : 0;
      return true;
    });
    if (step < 2'000) continue;
    const ActorKey other = 1 + random() % 8;
    open.push_back({other, at, model->outlook(other, kAnybody, {}, at).something});
  }
  double error = 0, all = 0, came = 0;
  for (const auto& level : levels) error += std::abs(level[1] - level[2]), all += level[0], came += level[2];
  CHECK(came / all > 0.2);
  CHECK(came / all < 0.6);
  CHECK(error / all < 0.05);
}

TEST_CASE("what attributes say is learnt, so somebody new is foretold by others like him") {
  const auto model = make_need_model({});
  UserAttributes tester, producer;
  tester.beliefs[1] = {1, 0.9F, Belief::By::inference};
  producer.beliefs[1] = {2, 0.9F, Belief::By::inference};
  const auto small = machine("small"), large = machine("large");
  UnixMillis at = kStart;
  std::mt19937 random(2);
  for (ActorKey user = 1; user <= 200; ++user, at += 60'000) {
    const bool tests = random() % 2 == 0;
    model->heard(act(user, at, "create", tests ? &small : &large), tests ? tester : producer, {});
  }
  model->heard(act(500, at, "login"), tester, {});
  const auto outlook = model->outlook(500, tester, {}, at);
  REQUIRE_FALSE(outlook.needs.empty());
  CHECK(outlook.needs[0].need == small);
  const auto other = model->outlook(501, producer, {}, at);
  REQUIRE_FALSE(other.needs.empty());
  CHECK(other.needs[0].need == large);
}

TEST_CASE(
    "of somebody who uses little part of the probability goes to less, never more than a quarter, and it is said") {
  const auto model = make_need_model({});
  const auto many = machine("small", 8);
  UnixMillis at = kStart;
  for (int i = 0; i < 60; ++i, at += 60'000) model->heard(act(1, at, "create", &many), kAnybody, {});
  const auto before = model->outlook(1, kAnybody, {}, at);
  auto metrics = act(1, at, "metrics");
  metrics.used_cpu = 0.05F;
  for (int i = 0; i < 5; ++i) model->heard(metrics, kAnybody, {});
  const auto after = model->outlook(1, kAnybody, {}, at);

  REQUIRE(before.needs.size() == 1);
  REQUIRE(after.needs.size() == 2);
  CHECK(after.needs[0].need == many);
  CHECK(after.needs[1].need == machine("small", 1));
  CHECK(after.needs[1].probability / after.something == Approx(0.25 * (1 - 0.05 / 0.35)).margin(0.03));
  const auto reasons = model->explain(1, kAnybody, {}, at);
  CHECK(
      std::ranges::any_of(reasons, [](const auto& reason) { return reason.find("5 % is used") != std::string::npos; }));

  // A line of metrics is no act: whether something is asked for stays as it was.
  CHECK(after.something == Approx(before.something).margin(0.05));
}

TEST_CASE("hostile words and users leave memory bounded and the model working") {
  NeedModel::Settings settings;
  settings.users = 1'000;
  const auto model = make_need_model(settings);
  std::mt19937_64 random(1);
  UnixMillis at = kStart;
  for (int i = 0; i < 20'000; ++i) {
    auto need = machine("m" + std::to_string(random()), static_cast<std::uint32_t>(random()));
    need.storage_gb = static_cast<std::uint32_t>(random());
    if (i % 100 == 0) need.image.assign(100'000, 'x');
    auto one =
        act(random(), i % 7 == 0 ? static_cast<UnixMillis>(random()) : at, "create", i % 3 == 0 ? &need : nullptr);
    one.used_cpu = i % 5 == 0 ? std::nanf("") : -1;
    model->heard(one, kAnybody, {});
    at += 10;
  }
  CHECK(model->save().size() < 60U << 20);
  const auto small = machine("small");
  for (int i = 0; i < 200; ++i, at += 60'000) model->heard(act(5, at, "create", &small), kAnybody, {});
  const auto outlook = model->outlook(5, kAnybody, {}, at);
  REQUIRE_FALSE(outlook.needs.empty());
  CHECK(outlook.needs[0].need == small);
}

TEST_CASE("a model of needs goes on from what was saved, and refuses what is damaged") {
  Planted planted(make_need_model({}));
  for (int round = 0; round < 200; ++round) planted.visit(1 + static_cast<ActorKey>(round) % 10);
  planted.at += 86'400'000;  // whatever was awaited is over: it is not saved
  planted.model->outlook(1, kAnybody, {}, planted.at);
  const auto saved = planted.model->save();

  const auto other = make_need_model({});
  REQUIRE(other->load(saved));
  for (ActorKey user = 1; user <= 10; ++user) {
    const auto ours = planted.model->outlook(user, kAnybody, {}, planted.at);
    const auto theirs = other->outlook(user, kAnybody, {}, planted.at);
    CHECK(ours.something == theirs.something);
    REQUIRE(ours.needs.size() == theirs.needs.size());
    for (std::size_t i = 0; i < ours.needs.size(); ++i) {
      CHECK(ours.needs[i].need == theirs.needs[i].need);
      CHECK(ours.needs[i].probability == theirs.needs[i].probability);
    }
  }
  CHECK(other->counts().asked == planted.model->counts().asked);

  const auto before = other->save();
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, saved.size() / 3, saved.size() - 1})
    CHECK(other->load({saved.data(), size}).error().code == ErrorCode::malformed);
  NeedModel::Settings settings;
  settings.horizon = std::chrono::minutes(10);
  CHECK(make_need_model(settings)->load(saved).error().message.find("another horizon") != std::string::npos);
  CHECK(other->save() == before);
}
