#include <catch2/catch.hpp>

#include "labelled_world.h"
#include "orchestrate/profile_book.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using orchestrate::test::LabelledWorld;

namespace {

PlantedUsersSettings small_world() {
  PlantedUsersSettings settings;
  settings.users = 120;
  settings.acts = 40;
  settings.clarity = 2;
  return settings;
}

Activity act_of(ActorKey actor, UnixMillis at, std::string_view verb, std::string_view kind) {
  Activity act;
  act.actor = actor;
  act.at = at;
  act.verb = verb;
  act.kind = kind;
  act.source = "ui";
  return act;
}

bool contains(const std::vector<std::string>& sentences, std::string_view words) {
  for (const auto& sentence : sentences)
    if (sentence.find(words) != std::string::npos) return true;
  return false;
}

/// Everybody acted, some were labelled.
struct Known {
  LabelledWorld world{small_world(), 8, 0};
  std::unique_ptr<AttributeModel> model = make_attribute_model({}, nullptr);
  Known() {
    for (const auto& act : world.planted.acts) LabelledWorld::hear(*model, act);
    REQUIRE(world.give_labels(*model));
  }
  std::uint32_t stranger() const {
    for (std::uint32_t u = 0;; ++u)
      if (!world.labelled(u)) return u;
  }
  ActorKey key(std::uint32_t user) const { return world.planted.users[user].actor; }
};

}  // namespace

TEST_CASE("of somebody who did nothing, and of all before there are labels, nothing is believed") {
  const auto model = make_attribute_model({}, nullptr);
  const auto act = act_of(7, 1000, "Get", "images");
  model->heard({&act, 1});
  for (const ActorKey actor : {ActorKey{7}, ActorKey{8}})
    for (const auto& belief : model->of(actor).beliefs) {
      CHECK(belief.by == Belief::By::nothing);
      CHECK(belief.confidence == 0);
    }
  CHECK(model->explain(8).empty());
  CHECK(contains(model->explain(7), "skill is not known"));
  CHECK(model->label(8, Attribute::skill, 0).error().code == ErrorCode::not_found);
  CHECK(model->label(7, Attribute::skill, 3).error().code == ErrorCode::malformed);
  CHECK(model->label(7, Attribute::limit, 0).error().code == ErrorCode::malformed);
  CHECK(model->unlabel(7, Attribute::skill).error().code == ErrorCode::not_found);
}

TEST_CASE("a label holds for its user against what is inferred, until it is taken back") {
  Known known;
  const auto key = known.key(known.stranger());
  const auto before = known.model->of(key).of(Attribute::sensitivity);
  REQUIRE(before.by == Belief::By::inference);
  const auto other = static_cast<std::uint8_t>(1 - before.value);
  REQUIRE(known.model->label(key, Attribute::sensitivity, other));
  const auto labelled = known.model->of(key).of(Attribute::sensitivity);
  CHECK(labelled.by == Belief::By::label);
  CHECK(labelled.value == other);
  CHECK(contains(known.model->explain(key), "because the user was labelled so"));
  REQUIRE(known.model->unlabel(key, Attribute::sensitivity));
  CHECK(known.model->of(key).of(Attribute::sensitivity).by == Belief::By::inference);
}

TEST_CASE("a rule holds for those who act so, over labels, until rules are others") {
  Known known;
  const auto key = known.key(known.stranger());
  REQUIRE(known.model->label(key, Attribute::use_case, 0));
  REQUIRE(known.model->pin({{"kubernetes", "", "dele*", "prod-*", Attribute::use_case, 2}}));
  CHECK(known.model->of(key).of(Attribute::use_case).by == Belief::By::label);
  auto act = act_of(key, 2'000'000'000'000, "delete", "pods");
  act.source = "kubernetes";
  act.scope = "test-1";
  known.model->heard({&act, 1});
  CHECK(known.model->of(key).of(Attribute::use_case).by == Belief::By::label);
  act.scope = "prod-1";
  known.model->heard({&act, 1});
  const auto pinned = known.model->of(key).of(Attribute::use_case);
  CHECK(pinned.by == Belief::By::rule);
  CHECK(pinned.value == 2);
  CHECK(contains(known.model->explain(key), "because of the rule for source \"kubernetes\", verb \"dele*\""));
  REQUIRE(known.model->pin({}));
  CHECK(known.model->of(key).of(Attribute::use_case).by == Belief::By::label);
}

TEST_CASE("rules that say different things of the same acts are refused, both are named, and the old ones hold") {
  const auto model = make_attribute_model({}, nullptr);
  const AttributeModel::Rule production{"", "", "", "prod-*", Attribute::use_case, 2};
  const AttributeModel::Rule testing{"", "", "", "*-test", Attribute::use_case, 1};
  REQUIRE(model->pin({production}));
  const auto refused = model->pin({production, testing});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().message.find("rule 1 (scope \"prod-*\": use-case is production)") != std::string::npos);
  CHECK(refused.error().message.find("rule 2 (scope \"*-test\": use-case is testing)") != std::string::npos);
  auto act = act_of(3, 1000, "Get", "images");
  act.scope = "prod-1";
  model->heard({&act, 1});
  CHECK(model->of(3).of(Attribute::use_case).value == 2);

  CHECK(model->pin({production, {"", "", "", "test-*", Attribute::use_case, 1}}));
  CHECK(model->pin({production, {"", "", "", "*-test", Attribute::skill, 1}}));
  CHECK(model->pin({production, {"", "", "", "*-test", Attribute::use_case, 2}}));
  CHECK(model->pin({{"", "", "", "", Attribute::skill, 7}}).error().code == ErrorCode::malformed);
  CHECK(model->pin({{"", std::string(200, 'a'), "", "", Attribute::skill, 1}}).error().code == ErrorCode::too_large);
}

TEST_CASE("what is believed is explained by acts, and by those who act alike") {
  Known known;
  const auto explained = known.model->explain(known.key(known.stranger()));
  CHECK(contains(explained, "For "));
  CHECK(contains(explained, "Acts as "));
  CHECK(known.model->of(known.key(known.stranger())).cluster != 0);
}

TEST_CASE("a word that one user alone has used is told to nobody") {
  Known known;
  const auto key = known.key(known.stranger());
  for (int i = 0; i < 30; ++i) {
    const auto act = act_of(key, 2'000'000'000'000 + i, "mary.miller@example.com", "letters");
    known.model->heard({&act, 1});
  }
  CHECK_FALSE(contains(known.model->explain(key), "mary"));
  const auto octets = known.model->save();
  const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
  CHECK(text.find("mary") == std::string_view::npos);
}

TEST_CASE("acts of any octets, without texts and in any order of time do no harm") {
  const auto model = make_attribute_model({}, nullptr);
  const std::string hostile("\0\xff\x1b[31m\n%s\"*", 12), huge(100'000, '\x80');
  const Need need{"machine", hostile, huge, hostile, 1, 0, 0};
  UnixMillis at = INT64_MAX / 2;
  for (ActorKey actor = 0; actor < 30; ++actor)
    for (int i = 0; i < 100; ++i) {
      auto act = act_of(actor, at, i % 3 == 0 ? hostile : huge, i % 2 == 0 ? std::string_view() : hostile);
      act.asks = i % 5 == 0 ? &need : nullptr;
      act.outcome = static_cast<ActivityOutcome>(i % 4);
      act.actor_class = static_cast<ActorClass>(i);
      act.latency_ms = i % 2 == 0 ? UINT32_MAX : 0;
      act.used_cpu = i % 7 == 0 ? 1e30F : -1;
      model->heard({&act, 1});
      at = i % 2 == 0 ? -at : 0;
    }
  CHECK(model->counts().users == 29);
  for (ActorKey actor = 1; actor < 30; ++actor) REQUIRE(model->label(actor, Attribute::skill, actor % 3));
  for (ActorKey actor = 1; actor < 30; ++actor)
    for (const auto& sentence : model->explain(actor))
      for (const char c : sentence) REQUIRE((c >= ' ' && c <= '~'));
}

TEST_CASE("users are so many at most, and the longest idle make room") {
  AttributeModel::Settings settings;
  settings.users = 10;
  const auto model = make_attribute_model(settings, nullptr);
  for (ActorKey actor = 1; actor <= 12; ++actor) {
    const auto act = act_of(actor, static_cast<UnixMillis>(actor), "Get", "images");
    const auto again = act_of(1, static_cast<UnixMillis>(actor), "Get", "images");
    model->heard({&act, 1});
    model->heard({&again, 1});
  }
  CHECK(model->counts().users == 10);
  CHECK_FALSE(model->explain(1).empty());
  CHECK(model->explain(2).empty());
  CHECK_FALSE(model->explain(12).empty());
  CHECK(sizeof(UserProfile) <= 2048);
}

TEST_CASE("what was learnt is the same after it was saved and loaded") {
  Known known;
  const auto octets = known.model->save();
  const auto again = make_attribute_model({}, nullptr);
  REQUIRE(again->load(octets));
  CHECK(again->counts().users == known.model->counts().users);
  CHECK(again->counts().labels == known.model->counts().labels);
  CHECK(again->counts().clusters == known.model->counts().clusters);
  for (const auto& user : known.world.planted.users) {
    const auto one = known.model->of(user.actor), other = again->of(user.actor);
    CHECK(one.cluster == other.cluster);
    for (std::size_t a = 0; a < kAttributes; ++a) {
      CHECK(one.beliefs[a].value == other.beliefs[a].value);
      CHECK(one.beliefs[a].confidence == Approx(other.beliefs[a].confidence).margin(0.01));
      CHECK(one.beliefs[a].by == other.beliefs[a].by);
    }
  }
  CHECK(again->explain(known.key(0)) == known.model->explain(known.key(0)));
  for (const auto& act : known.world.planted.acts) LabelledWorld::hear(*again, act);
}

TEST_CASE("octets that are damaged or of something else change nothing") {
  Known known;
  auto octets = known.model->save();
  const auto key = known.key(known.stranger());
  const auto before = known.model->of(key);
  const auto check = [&](std::span<const std::uint8_t> bad) {
    const auto loaded = known.model->load(bad);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == ErrorCode::malformed);
  };
  check({});
  check(std::span(octets).first(octets.size() / 2));
  for (std::size_t at = 0; at < octets.size(); at += octets.size() / 50) {
    octets[at] ^= 0x10;
    check(octets);
    octets[at] ^= 0x10;
  }
  const auto after = known.model->of(key);
  for (std::size_t a = 0; a < kAttributes; ++a) CHECK(after.beliefs[a].value == before.beliefs[a].value);
  CHECK(known.model->counts().users == known.world.planted.users.size());
}
