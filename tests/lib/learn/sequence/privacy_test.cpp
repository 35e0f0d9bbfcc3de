// Who may hear of what the served table says.
#include <harbinger/sequence_model.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/scratch.h"

using namespace harbinger;

namespace {

constexpr UnixMillis kSecond = 1000, kHour = 3600 * kSecond, kDay = 24 * kHour;
constexpr ClientKey kAlice = 1, kBob = 2, kStranger = 99;

/// A model with a clock that starts at noon; visits are seconds apart.
struct Story {
  std::unique_ptr<SequenceModel> model = make_sequence_model({.contexts = 1 << 14});
  UnixMillis now = 20'000 * kDay + 12 * kHour;

  void visit(ClientKey client, std::initializer_list<std::string> resources) {
    for (const auto& resource : resources)
      model->learn({.at = now += kSecond, .client = client, .resource = resource, .persona = 3});
    now += 31 * 60 * kSecond;
  }
  void visits(int times, ClientKey client, std::initializer_list<std::string> resources) {
    for (int i = 0; i < times; ++i) visit(client, resources);
  }
  /// What `client` may hear of behind `current`; 0: what may be told to everybody.
  std::vector<std::string> heard(ClientKey client, std::string_view current) const {
    std::array<ServedTable::Successor, 8> out;
    const auto count = model->served().find(resource_hash(current), 0, 3, out);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i)
      if (out[i].is_for(client)) texts.emplace_back(out[i].text);
    return texts;
  }
  bool hears(ClientKey client, std::string_view current, std::string_view of) const {
    return std::ranges::count(heard(client, current), of) != 0;
  }
};

}  // namespace

TEST_CASE("a name that one client alone asked for is not for another to hear of, until a second client asks for it") {
  Story story;
  story.visits(20, kAlice, {"portal", "alice.private"});
  CHECK(story.hears(kAlice, "portal", "alice.private"));
  CHECK_FALSE(story.hears(kStranger, "portal", "alice.private"));
  CHECK_FALSE(story.hears(0, "portal", "alice.private"));

  story.visit(kAlice, {"portal", "alice.private"});
  story.visit(kBob, {"alice.private"});
  CHECK(story.hears(kStranger, "portal", "alice.private"));
  CHECK(story.hears(0, "portal", "alice.private"));
}

TEST_CASE("a client that comes on many days under many keys is still one") {
  Story story;
  for (ClientKey key = 1; key <= 20; ++key) {
    story.visits(2, key, {"portal", "alice.private"});
    story.now += kDay;
  }
  CHECK_FALSE(story.hears(kStranger, "portal", "alice.private"));
  CHECK(story.hears(20, "portal", "alice.private"));
}

TEST_CASE("a name made of what one client alone asked for is for that client only") {
  Story story;
  const auto film = [](int number) { return "film" + std::to_string(number) + "/part-"; };
  for (int number = 1; number <= 40; ++number)
    story.visit(static_cast<ClientKey>(number), {film(number) + "1.ts", film(number) + "2.ts", film(number) + "3.ts"});
  story.visit(kStranger, {film(77) + "1.ts", film(77) + "2.ts"});
  CHECK(story.hears(kStranger, film(77) + "2.ts", film(77) + "3.ts"));
  CHECK_FALSE(story.hears(kBob, film(77) + "2.ts", film(77) + "3.ts"));
  CHECK_FALSE(story.hears(0, film(77) + "2.ts", film(77) + "3.ts"));

  story.visit(kAlice, {film(77) + "1.ts", film(77) + "2.ts"});
  story.visit(kStranger, {film(77) + "1.ts", film(77) + "2.ts"});
  story.visit(kAlice, {film(77) + "1.ts", film(77) + "2.ts"});
  CHECK(story.hears(kBob, film(77) + "2.ts", film(77) + "3.ts"));
}

TEST_CASE("a word that one client's names share is not put into a name for another") {
  Story story;
  for (int round = 0; round < 3; ++round)
    for (int number = 1; number <= 30; ++number) {
      const auto id = std::to_string(number * 37);
      story.visit(kAlice, {"case-" + id, "secret-merger-" + id});
    }
  for (int i = 0; i < 4; ++i)
    for (const ClientKey client : {kBob, kStranger}) story.visit(client, {"index", "case-9999"});
  const auto tells_of_it = [&](ClientKey client) { return story.hears(client, "case-9999", "secret-merger-9999"); };
  CHECK_FALSE(tells_of_it(kBob));
  CHECK_FALSE(tells_of_it(kStranger));
  CHECK_FALSE(tells_of_it(0));
  CHECK(tells_of_it(kAlice));  // so it was foretold, and held back from the others
}

TEST_CASE("what clients of a persona want wherever they are leaves out what one of them alone wants") {
  Story story;
  for (int i = 0; i < 100; ++i) story.visit(kAlice, {"place" + std::to_string(i), "alice.private"});
  CHECK(story.hears(kAlice, "nowhere", "alice.private"));
  CHECK(story.heard(kStranger, "nowhere").empty());
}

TEST_CASE("who may hear of a name is still known after a snapshot was read") {
  const test::Scratch scratch;
  Story before;
  before.visits(12, kAlice, {"portal", "alice.private", "portal", "news"});
  before.visit(kBob, {"news"});
  before.visit(kAlice, {"portal", "news"});
  REQUIRE(before.model->save(scratch / "model"));
  Story after;
  REQUIRE(after.model->load(scratch / "model"));
  CHECK_FALSE(after.hears(kStranger, "portal", "alice.private"));
  CHECK(after.hears(kAlice, "portal", "alice.private"));
  CHECK(after.hears(kStranger, "portal", "news"));

  after.now = before.now;
  after.visit(kAlice, {"alice.private"});
  after.visit(kBob, {"alice.private"});
  CHECK(after.hears(kStranger, "portal", "alice.private"));
}

TEST_CASE("a suggestion tells nobody what one client here alone asked for, and everybody what none here did") {
  Story story;
  story.visit(kAlice, {"alice.private"});
  const std::vector<std::pair<std::string, float>> expected{{"alice.private", 0.5f}, {"elsewhere.example", 0.3f}};
  REQUIRE(story.model->suggest("portal", 0, expected));
  CHECK(story.heard(kStranger, "portal") == std::vector<std::string>{"elsewhere.example"});
  CHECK(story.heard(kAlice, "portal") == std::vector<std::string>{"alice.private", "elsewhere.example"});
  story.visit(kBob, {"elsewhere.example"});
  CHECK(story.heard(kStranger, "portal").empty());
}

TEST_CASE("what may be heard of changes nothing that the model itself foretells") {
  Story story;
  story.visits(20, kAlice, {"portal", "alice.private"});
  story.model->learn({.at = story.now += kSecond, .client = kBob, .resource = "portal"});
  std::array<Guess, 4> out;
  REQUIRE(story.model->predict(kBob, story.now, out) > 0);
  CHECK(story.model->text(out[0].resource) == "alice.private");
}
