#include "persona/persona_register.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace harbinger;
using namespace harbinger::persona;

namespace {

constexpr std::string_view kText = R"(
persona video {
    fits video 0.5..
    location nearest
    hints 6
}
persona crawler {
    rule device bot
    prefetch off
}
)";

const Catalogue& catalogue() {
  static const auto parsed = Catalogue::parse(kText, "test.personas");
  REQUIRE(parsed);
  return *parsed;
}

Features unknown() {
  Features features;
  features.fill(std::numeric_limits<float>::quiet_NaN());
  return features;
}

PersonaRegister::Look look(PersonaId id, std::string_view word, float video = 0, std::uint64_t clients = 10) {
  PersonaRegister::Look look{.id = id, .features = unknown(), .clients = clients};
  look.features[static_cast<std::size_t>(Feature::video)] = video;
  if (!word.empty()) look.distinctions = {{1, "asks for " + std::string(word), std::string(word)}};
  return look;
}

using Looks = std::vector<PersonaRegister::Look>;

std::vector<std::string> names(const PersonaRegister& personas) {
  std::vector<std::string> all;
  for (const auto& each : personas.profiles()) all.push_back(each.name);
  return all;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a cluster that fits an entry gets its name and what follows from it; a second one a number") {
  PersonaRegister personas(catalogue());
  CHECK(personas.renew(Looks{look(1, "a", 0.9F), look(2, "b", 0.8F), look(3, "fitbit-com")}));
  CHECK(names(personas) == Names{"video", "video-2", "fitbit-com"});
  CHECK(personas.profiles()[1].location == "nearest");
  CHECK(personas.profiles()[1].hints == 6);
  CHECK(personas.profiles()[1].entry == "video");
  CHECK(personas.profiles()[2].distinguished_by == Names{"asks for fitbit-com"});
}

TEST_CASE("a persona keeps its name while it lives, until an entry begins to fit") {
  PersonaRegister personas(catalogue());
  personas.renew(Looks{look(1, "one")});
  personas.renew(Looks{look(1, "other")});
  CHECK(names(personas) == Names{"one"});
  CHECK(personas.renew(Looks{look(1, "other", 0.9F)}));
  CHECK(names(personas) == Names{"video"});
  CHECK_FALSE(personas.renew(Looks{look(1, "other", 0.9F)}));
}

TEST_CASE("a cluster that is gone takes its persona along, unless it is pinned") {
  PersonaRegister personas(catalogue());
  personas.renew(Looks{look(1, "one"), look(2, "two")});
  REQUIRE(personas.pin("two", true));
  CHECK(personas.renew({}));
  CHECK(names(personas) == Names{"two"});
  CHECK(personas.profiles()[0].pinned);
}

TEST_CASE("an entry with a rule is a persona without any cluster, once") {
  PersonaRegister personas(catalogue());
  int asked = 0;
  const auto spare = [&] { return ++asked, PersonaId{9}; };
  const auto& entry = catalogue().entries()[1];
  CHECK(personas.of_entry(entry, spare) == 9);
  CHECK(personas.of_entry(entry, spare) == 9);
  CHECK(asked == 1);
  CHECK_FALSE(personas.profiles()[0].prefetch);
  personas.renew({});
  CHECK(personas.has(9));
  CHECK(personas.of_entry(catalogue().entries()[0], [] { return PersonaId{0}; }) == 0);
}

TEST_CASE("an operator's name stays, and cannot be taken twice or be nonsense") {
  PersonaRegister personas(catalogue());
  personas.renew(Looks{look(1, "one"), look(2, "two")});
  CHECK(personas.rename("one", "readers") == PersonaId{1});
  personas.renew(Looks{look(1, "one", 0.9F), look(2, "two")});
  CHECK(names(personas) == Names{"readers", "two"});
  CHECK(personas.rename("nobody", "x").error().code == ErrorCode::not_found);
  CHECK(personas.rename("two", "readers").error().code == ErrorCode::conflict);
  CHECK(personas.rename("two", "default").error().code == ErrorCode::conflict);
  for (const auto* bad : {"", "Two Words", "ü", "a23456789012345678901234567890123"})
    CHECK(personas.rename("two", bad).error().code == ErrorCode::malformed);
}

TEST_CASE("names, pins and entries survive; octets that are no list change nothing") {
  PersonaRegister personas(catalogue());
  personas.renew(Looks{look(1, "one"), look(2, "b", 0.9F)});
  REQUIRE(personas.rename("one", "readers"));
  REQUIRE(personas.pin("video", true));
  const auto octets = personas.save();
  PersonaRegister again(catalogue());
  REQUIRE(again.load(octets));
  CHECK(names(again) == Names{"readers", "video"});
  CHECK(again.pinned(2));
  CHECK(again.profiles()[1].hints == 6);
  for (std::size_t size = 0; size < octets.size(); ++size) CHECK_FALSE(again.load(std::span(octets).first(size)));
  CHECK(names(again) == Names{"readers", "video"});
}

TEST_CASE("what a persona may be called by has only letters, digits and dashes") {
  CHECK(persona_word("www.Fitbit.com") == "www-fitbit-com");
  CHECK(persona_word("/a//b/") == "a-b");
  CHECK(persona_word("...") == "persona");
  CHECK(persona_word(std::string(40, 'x')).size() == 31);
}
