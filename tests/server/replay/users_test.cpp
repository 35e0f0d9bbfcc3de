// harbinger-replay --orchestrate on users: estates, rules and oracles that can be reckoned by hand.
#include <catch2/catch.hpp>

#include "server/replay/attribute_judge.h"
#include "server/replay/need_baselines.h"
#include "server/replay/spare_maker.h"
#include "server/replay/users_replay.h"

using namespace harbinger;
using namespace harbinger::replay;
using namespace std::chrono_literals;
using orchestrate::Activity;
using orchestrate::Need;
using orchestrate::NeedModel;
using orchestrate::Outlook;

namespace {

const Need kSmall{.kind = "machine", .machine = "small"}, kLarge{.kind = "machine", .machine = "large", .count = 2};

Activity act(orchestrate::ActorKey actor, UnixMillis at, const Need* asks = nullptr) {
  Activity out;
  out.actor = actor, out.at = at, out.asks = asks;
  out.verb = "list", out.kind = "servers", out.source = "made";
  return out;
}

VirtualEstate::Request request(orchestrate::ActorKey user, const Need& need) {
  return {.user = user, .need = need, .used = 1'000'000};
}

EstateReport report_of(double ready) {
  EstateReport report;
  report.requests = 100, report.ready = ready;
  report.idle_s = 10 * ready, report.paid_s = ready;
  return report;
}

Outlook foresees(const Need& need, float probability, Duration in = 60s) {
  return {.something = probability, .needs = {{need, probability, in}}};
}

// A user of one kind who asks for a small machine each 100 s, 40 s after an act of another sort.
UsersFeed regular(std::size_t rounds) {
  UsersFeed feed{.name = "regular", .users = {{.key = 7}}};
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto at = static_cast<UnixMillis>(i) * 100'000;
    feed.acts.push_back({act(7, at)});
    feed.acts.push_back({act(7, at + 40'000, &kSmall), 1'000'000});
  }
  return feed;
}

UsersCurve plays(const UsersFeed& feed, const UsersWorld& world, SimpleNeeds way) {
  return play_users(feed, world, {"made", [&](const auto& settings) { return make_simple_needs(way, settings); }, {}},
                    [](double) {})
      .front();
}

// Believes of everybody what it was told.
class Told final : public orchestrate::AttributeModel {
 public:
  void heard(std::span<const Activity> acts) override {
    for (const auto& each : acts) ++acts_[each.actor];
  }
  orchestrate::UserAttributes of(orchestrate::ActorKey actor) const override {
    orchestrate::UserAttributes out;
    // The value is 1 until the tenth act of whoever it is, and 2 from then on.
    const auto found = acts_.find(actor);
    for (auto& belief : out.beliefs)
      belief = {.value = static_cast<std::uint8_t>(found != acts_.end() && found->second >= 10 ? 2 : 1),
                .confidence = 1};
    return out;
  }
  Result<void> label(orchestrate::ActorKey, orchestrate::Attribute, std::uint8_t value) override {
    ++labels[value];
    return {};
  }
  Result<void> unlabel(orchestrate::ActorKey, orchestrate::Attribute) override { return {}; }
  Result<void> pin(std::vector<Rule>) override { return {}; }
  std::vector<std::string> explain(orchestrate::ActorKey) const override { return {}; }
  Counts counts() const override { return {}; }
  std::vector<std::uint8_t> save() const override { return {}; }
  Result<void> load(std::span<const std::uint8_t>) override { return {}; }

  std::array<int, 3> labels{};

 private:
  std::unordered_map<orchestrate::ActorKey, int> acts_;
};

}  // namespace

TEST_CASE("a resource counts as idle from ready until it is asked for, each part of it") {
  VirtualEstate estate(30'000, 0);
  estate.order(1, kLarge, 0);
  CHECK(estate.ask(request(1, kLarge), 50'000) != 0);
  const auto& report = estate.report();
  CHECK(report.requests == 1);
  CHECK(report.ready == 1);
  CHECK(report.saved_s == 30);
  CHECK(report.idle_s == 2 * 20);
  CHECK(report.held_s == 2 * 50);
  CHECK(report.paid_s == 2 * (50 + 1000));
  CHECK(report.wasted == 0);
}

TEST_CASE("what is under way saves a part of the wait, and what belongs to others nothing") {
  VirtualEstate estate(30'000, 0);
  estate.order(1, kSmall, 0);
  CHECK(estate.ask(request(2, kSmall), 10'000) == 0);
  CHECK(estate.ask(request(1, kLarge), 10'000) == 0);
  CHECK(estate.ask(request(1, kSmall), 10'000) != 0);
  const auto& report = estate.report();
  CHECK(report.requests == 3);
  CHECK(report.ready == 0);
  CHECK(report.under_way == 1);
  CHECK(report.waited_s == 30 + 30 + 20);
  CHECK(report.saved_s == 10);
  CHECK(report.idle_s == 0);
  CHECK(report.paid_s == (30 + 1000) + 2 * (30 + 1000) + (30 + 1000));
  CHECK(report.cost_s(90) == Approx(90 * 80.0 / 90));
}

TEST_CASE("what is given up is wasted, and what is over before the judged part does not count") {
  VirtualEstate estate(10'000, 100'000);
  const auto first = estate.order(1, kSmall, 0), second = estate.order(1, kSmall, 50'000);
  estate.ask(request(2, kSmall), 60'000);
  estate.remove(first, 90'000);
  estate.remove(first, 95'000);
  estate.remove(second, 130'000);
  estate.order(1, kSmall, 140'000);
  estate.finish(200'000);
  const auto& report = estate.report();
  CHECK(report.requests == 0);
  CHECK(report.made == 2);
  CHECK(report.wasted == 2);
  CHECK(report.idle_s == 70 + 50);
}

TEST_CASE(
    "a resource is made where waiting costs more than what is probably idle, once, and goes when it is improbable") {
  for (const auto make : {make_spare_rule, make_desk_rule}) {
    VirtualEstate estate(30'000, 0);
    const auto rule = make(estate, {.cold_s = 100, .start = 30'000, .horizon = 300'000});
    // 0.7 x 100 is less than 0.7 x 30 + 0.3 x 300.
    rule->foresee(1, foresees(kSmall, 0.7F), true, 1000);
    CHECK(estate.spares(1).empty());
    // 0.9 x 100 is more than 0.9 x 30 + 0.1 x 300.
    rule->foresee(1, foresees(kSmall, 0.9F), true, 2000);
    rule->foresee(1, foresees(kSmall, 0.9F), false, 3000);
    REQUIRE(estate.spares(1).size() == 1);
    // Half as much is needed to keep it.
    rule->foresee(1, foresees(kSmall, 0.7F), true, 40'000);
    CHECK(estate.spares(1).size() == 1);
    rule->foresee(1, foresees(kSmall, 0.2F), true, 50'000);
    CHECK(estate.spares(1).empty());
    CHECK(estate.report().wasted == 1);
    CHECK(estate.report().idle_s == 18);
  }
}

TEST_CASE("what nobody asks for in time is given up, and made again only when its user acts") {
  for (const bool by_desk : {false, true}) {
    VirtualEstate estate(10'000, 0);
    const auto rule =
        (by_desk ? make_desk_rule : make_spare_rule)(estate, {.cold_s = 1e6, .start = 10'000, .horizon = 300'000});
    const UnixMillis kept = by_desk ? 600'000 : 300'000;
    rule->pass(1000);
    rule->foresee(1, foresees(kSmall, 0.9F), true, 1000);
    rule->pass(kept);
    CHECK(estate.spares(1).size() == 1);
    rule->pass(kept + 100'000);
    CHECK(estate.spares(1).empty());
    rule->foresee(1, foresees(kSmall, 0.9F), false, kept + 200'000);
    CHECK(estate.spares(1).empty());
    rule->foresee(1, foresees(kSmall, 0.9F), true, kept + 300'000);
    CHECK(estate.spares(1).size() == 1);
    CHECK(estate.report().wasted == 1);
    CHECK(estate.report().idle_s ==
          Approx(static_cast<double>(kept) / 1000).margin(10));  // the desk looks every few seconds
  }
}

TEST_CASE("whoever asks has what was made for him, ready or under way, by the desk as by the rule") {
  for (const auto make : {make_spare_rule, make_desk_rule}) {
    VirtualEstate estate(30'000, 0);
    const auto rule = make(estate, {.cold_s = 1e6, .start = 30'000, .horizon = 300'000});
    rule->pass(5'000);
    rule->foresee(2, foresees(kLarge, 0.9F), true, 10'000);
    rule->pass(60'000);
    rule->foresee(1, foresees(kSmall, 0.9F), true, 60'000);
    rule->asked(request(2, kLarge), 70'000);
    rule->asked(request(1, kLarge), 80'000);
    rule->asked(request(1, kSmall), 80'000);
    const auto& report = estate.report();
    CHECK(report.requests == 3);
    CHECK(report.ready == 1);
    CHECK(report.under_way == 1);
    CHECK(report.waited_s == 30 + 10);
    CHECK(report.idle_s == 2 * 30);
    rule->pass(2'000'000);
    estate.finish(2'000'000);
    CHECK(estate.report().wasted == 0);
  }
}

TEST_CASE("who knows all has everything ready and nothing idle; who knows it at acts is idle until it is asked for") {
  const auto feed = regular(10);
  const UsersWorld world{.start = 30'000, .horizon = 300'000};
  const auto all = know_all(feed, world);
  CHECK(all.requests == 10);
  CHECK(all.ready == 10);
  CHECK(all.idle_s == 0);
  CHECK(all.held_s == 10 * 30);
  const auto at_acts = know_at_acts(feed, world);
  CHECK(at_acts.ready == 10);
  CHECK(at_acts.idle_s == 10 * 10);
  // With a start longer than that, it is made at the act before: 60 s after the last request.
  const auto slow = know_at_acts(feed, {.start = 50'000, .horizon = 300'000});
  CHECK(slow.ready == 9);
  CHECK(slow.under_way == 1);
  CHECK(slow.idle_s == 9 * 50);
}

TEST_CASE("who never foresees anything has nothing ready; who makes what was had last has it for a regular user") {
  const auto feed = regular(60);
  const UsersWorld world{.start = 30'000, .horizon = 300'000, .judged_from = 3'000'000, .prices = {1, 10'000}};
  const auto none = plays(feed, world, SimpleNeeds::nothing);
  CHECK(none.reports[1].requests == 30);
  CHECK(none.reports[1].ready == 0);
  CHECK(none.reports[1].idle_s == 0);
  for (const auto way : {SimpleNeeds::last_used, SimpleNeeds::popularity, SimpleNeeds::markov}) {
    const auto curve = plays(feed, world, way);
    CHECK(curve.reports[0].ready == 0);  // where waiting costs nothing
    CHECK(curve.reports[1].ready == 30);
    CHECK(curve.reports[1].wasted <= 1);
  }
}

TEST_CASE("simple ways say how probably somebody asks, and for what, as it came until then") {
  const auto needs = make_simple_needs(SimpleNeeds::markov, {.horizon = 300s});
  // By turns a small and a large one.
  for (int i = 0; i < 40; ++i) {
    const auto asks = act(1, i * 60'000, i % 2 == 0 ? &kSmall : &kLarge);
    needs->heard(asks, {}, {});
  }
  const auto outlook = needs->outlook(1, {}, {}, 40 * 60'000);
  CHECK(outlook.something > 0.9F);
  REQUIRE_FALSE(outlook.needs.empty());
  CHECK(outlook.needs[0].need == kSmall);  // the last was a large one
  CHECK(outlook.needs[0].probability > 0.8F);
  CHECK(outlook.needs[0].usually_in == 60s);
  CHECK(needs->outlook(2, {}, {}, 0).needs.empty());
  const auto popular = make_simple_needs(SimpleNeeds::popularity, {.horizon = 300s});
  for (int i = 0; i < 40; ++i) popular->heard(act(1, i * 60'000, i % 4 == 0 ? &kSmall : &kLarge), {}, {});
  CHECK(popular->outlook(1, {}, {}, 40 * 60'000).needs[0].need == kLarge);
}

TEST_CASE("attributes are judged at the act that was agreed on, and changes by how many acts they took") {
  UsersFeed feed{.name = "made"};
  // Of each ten users one is labelled; all are 1, and half of them become 2 at their eighth act, which is noticed at the tenth: after three acts.
  for (orchestrate::ActorKey key = 1; key <= 30; ++key) {
    UsersFeed::User user{.key = key, .values = {1, 1, 1, 1}};
    if (key % 2 == 0) user.changes_at = 8, user.then = {2, 2, 1, 1};
    feed.users.push_back(user);
    for (int i = 0; i < 30; ++i) feed.acts.push_back({act(key, i * 1000)});
  }
  Told model;
  const auto scores = judge_attributes(feed, {.labels = {.each = 3, .wrong = 0}, .within = 5, .after = 15}, model);
  CHECK(scores.labelled >= 3);
  CHECK(model.labels[1] == 4 * 3);
  CHECK(model.labels[0] + model.labels[2] == 0);
  const auto& skill = scores.of[0];
  CHECK(skill.users == 30 - scores.labelled);
  CHECK(skill.share_right() == 1);
  CHECK(skill.changed > 0);
  CHECK(skill.share_in_time() == 1);
  CHECK(skill.median_noticed() == 3);
  CHECK(scores.of[3].changed == 0);
}

TEST_CASE("what a policy brings at a share of ready requests lies between the two prices around it") {
  UsersCurve curve{.name = "made"};
  for (const double ready : {50.0, 70.0, 90.0}) curve.reports.push_back(report_of(ready));
  const auto idle = [](const EstateReport& report) { return report.idle_s; };
  CHECK(at_ready(curve, 0.8, idle) == Approx(800));
  CHECK(at_ready(curve, 0.9, idle) == Approx(900));
  CHECK(at_ready(curve, 0.4, idle) == Approx(500));
  CHECK_FALSE(at_ready(curve, 0.95, idle).has_value());
  CHECK(paid_on_top(report_of(125), report_of(100)) == Approx(0.25));
  CHECK(idle_per_ready(curve.reports[1]) == Approx(10));
}
