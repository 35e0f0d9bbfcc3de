#include "persona/catalogue.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace harbinger;
using namespace harbinger::persona;

namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

Features nothing_known() {
  Features features;
  features.fill(kUnknown);
  return features;
}

Features doing(std::initializer_list<std::pair<Feature, float>> what) {
  auto features = nothing_known();
  for (const auto& [feature, value] : what) features[static_cast<std::size_t>(feature)] = value;
  return features;
}

Catalogue read(std::string_view text) {
  auto catalogue = Catalogue::parse(text, "people");
  if (!catalogue) FAIL(catalogue.error().front().to_string());
  return std::move(*catalogue);
}

// `line:column: message` of every error.
std::vector<std::string> troubles(std::string_view text) {
  const auto catalogue = Catalogue::parse(text, "people");
  std::vector<std::string> all;
  if (!catalogue)
    for (const auto& error : catalogue.error()) all.push_back(error.to_string().substr(std::string("people:").size()));
  return all;
}

struct Who {
  std::string_view agent{}, network{}, name{};
  DeviceClass device = DeviceClass::unknown;
};

PersonaAsk ask_of(const Who& who) {
  PersonaAsk ask;
  ask.user_agent = who.agent;
  ask.network = who.network;
  ask.name = who.name;
  ask.device = who.device;
  return ask;
}

std::string name_of(const CatalogueEntry* entry) { return entry ? entry->profile.name : "nobody"; }
std::string name_of(const Catalogue::Match& match) { return name_of(match.entry); }

}  // namespace

TEST_CASE("an entry says what a persona is and what follows from it") {
  const auto catalogue = read(R"(
persona mobile-video {
    fits video 0.4..
    fits gap_s 0.5..20 weight 2
    rule user_agent "*iPhone*" *android* network guests device phone tablet
    rule name *.video.example
    attribute media video
    attribute device phone
    location nearest
    template small
    priority *.mpd 2
    prefetch off
    hints 6
    floor 0.15
    fragments 4
})");
  REQUIRE(catalogue.entries().size() == 1);
  const auto& entry = catalogue.entries().front();
  const auto& profile = entry.profile;
  CHECK(profile.name == "mobile-video");
  CHECK(profile.entry == "mobile-video");
  CHECK(profile.id == 0);
  CHECK(profile.attributes ==
        std::vector<std::pair<std::string, std::string>>{{"device", "phone"}, {"media", "video"}});
  CHECK(profile.location == "nearest");
  CHECK(profile.resource_template == "small");
  CHECK(profile.priorities == std::vector<std::pair<std::string, float>>{{"*.mpd", 2.0F}});
  CHECK_FALSE(profile.prefetch);
  CHECK(profile.hints == 6);
  CHECK(profile.hint_floor == 0.15F);
  CHECK(profile.fragments_ahead == 4);
  REQUIRE(entry.ranges.size() == 2);
  CHECK(entry.ranges[0].feature == Feature::video);
  CHECK(entry.ranges[0].low == 0.4F);
  CHECK(std::isinf(entry.ranges[0].high));
  CHECK(entry.ranges[1].high == 20);
  CHECK(entry.ranges[1].weight == 2);
  REQUIRE(entry.rules.size() == 2);
  CHECK(entry.rules[0].devices == std::vector{DeviceClass::phone, DeviceClass::tablet});
}

TEST_CASE("everything that is wrong with a catalogue is told at once, with its place and what would be right") {
  CHECK(troubles(R"(persona mobile-video {
    fits vidoe 0.4..
    fits video 0.6..0.4
    hints 900
    colour green
}
people {
    fits video 0.2..
})") == std::vector<std::string>{
            "2:10: `feature` of `fits` wants one of "
            "acts_per_minute|gap_s|regularity|night|distinct|repeat|failed|dwell_s|query|navigation|click|scroll|"
            "api_call|playback|desktop|phone|tablet|television|console|thing|bot|server|fragments|video|game|"
            "social|reading|telemetry, not `vidoe`",
            "3:16: `range` of `fits` wants a range such as 0.4.., ..0.2 or 0.2..0.6, its smaller end first, not "
            "`0.6..0.4`",
            "4:11: `hints` wants a whole number between 1 and 64, not `900`",
            "5:5: unknown option `colour` of `persona`, there are `fits`, `rule`, `attribute`, `location`, "
            "`template`, `priority`, `prefetch`, `hints`, `floor` and `fragments`",
            "7:1: each block begins with `persona` and a name, as in `persona mobile-video {`, not `people`"});
}

TEST_CASE("a catalogue that contradicts itself is refused") {
  const std::string body = " {\n    fits video 0.2..\n}\n";
  CHECK(troubles("persona a" + body + "persona a {\n    fits game 0.2..\n}\n") ==
        std::vector<std::string>{"4:9: the persona `a` was described in people:1:9 already"});
  CHECK(troubles("persona a" + body + "persona b" + body) ==
        std::vector<std::string>{"4:1: the same ranges and no rule stand in people:1:1 already"});
  CHECK(troubles("persona a {\n rule user_agent *Foo* *bar*\n}\npersona b {\n rule user_agent *bar* *foo*\n}\n") ==
        std::vector<std::string>{"5:2: the same rule stands in people:2:2 already"});
  CHECK(troubles("persona a {\n fits video 0.2..\n fits video 0.5..\n}\n") ==
        std::vector<std::string>{"3:2: the range of `video` was given in people:2:2 already"});
  CHECK(troubles("persona a {\n rule device bot\n attribute x 1\n attribute x 2\n}\n") ==
        std::vector<std::string>{"4:2: the attribute `x` was given in people:3:2 already"});
}

TEST_CASE("two entries with equal ranges are told apart by a rule") {
  CHECK(troubles("persona a {\n fits video 0.2..\n}\npersona b {\n fits video 0.2..\n rule network b\n}\n").empty());
}

TEST_CASE("names that no persona can have are refused") {
  for (const auto* name : {"default", "Mobile", "a_b", "abcdefghijklmnopqrstuvwxyz-0123456"})
    CHECK(troubles("persona " + std::string(name) + " {\n rule device bot\n}\n").size() == 1);
  CHECK(troubles("persona {\n rule device bot\n}\n").size() == 1);
  CHECK(troubles("persona a b {\n rule device bot\n}\n").size() == 1);
}

TEST_CASE("an entry that nobody can be of, a rule for everybody and a share above one are refused") {
  CHECK(troubles("persona a {\n hints 3\n}\n") ==
        std::vector<std::string>{"1:1: nobody can be of this persona, give it a `fits` or a `rule`"});
  CHECK(troubles("persona a {\n rule\n}\n") ==
        std::vector<std::string>{
            "2:2: `rule` wants to know whom: user_agent, network, name or device, each with its values"});
  CHECK(troubles("persona a {\n fits video 20..\n}\n") ==
        std::vector<std::string>{"2:13: `video` is a share, its range lies between 0 and 1"});
  CHECK(troubles("persona a {\n fits gap_s 20..\n}\n").empty());
}

TEST_CASE("an empty catalogue, one of options only and one of 201 personas are refused") {
  CHECK(troubles("# nothing\n") ==
        std::vector<std::string>{"1:1: a catalogue has at least one persona, as in `persona mobile-video {`"});
  CHECK(troubles("{\n hints 3\n}\n").size() == 1);
  std::string many;
  for (int i = 0; i < 200; ++i)
    many += "persona p" + std::to_string(i) + " {\n rule name n" + std::to_string(i) + "\n}\n";
  CHECK(troubles(many).empty());
  CHECK(troubles(many + "persona more {\n rule name more\n}\n") ==
        std::vector<std::string>{"601:1: a catalogue has at most 200 personas, this is one more"});
}

TEST_CASE("a catalogue that is not there is told with its path") {
  const auto catalogue = Catalogue::load("/nonexistent/people");
  REQUIRE_FALSE(catalogue);
  CHECK(catalogue.error().front().message.find("/nonexistent/people") != std::string::npos);
}

TEST_CASE("a rule holds when each of its lists does, and the first entry wins") {
  const auto catalogue = read(R"(
persona office-phone {
    rule user_agent *IPHONE* network office
}
persona phone {
    rule user_agent *iphone* *android*
    rule device phone
}
persona intranet {
    rule name *.corp.example
})");
  const auto who = [&](const Who& client) { return name_of(catalogue.by_rule(ask_of(client))); };
  CHECK(who({.agent = "Mozilla (iPhone; U)", .network = "office"}) == "office-phone");
  CHECK(who({.agent = "Mozilla (iPhone; U)", .network = "guests"}) == "phone");
  CHECK(who({.agent = "Mozilla (Linux; Android 14)"}) == "phone");
  CHECK(who({.device = DeviceClass::phone}) == "phone");
  CHECK(who({.name = "wiki.corp.example"}) == "intranet");
  CHECK(who({.name = "example.org"}) == "nobody");
  CHECK(who({}) == "nobody");
}

TEST_CASE("a user agent without an end is compared by its beginning") {
  const auto catalogue = read("persona a {\n rule user_agent curl*\n}\n");
  const std::string endless = "CURL/8 " + std::string(100'000, 'x');
  CHECK(name_of(catalogue.by_rule(ask_of({.agent = endless}))) == "a");
}

TEST_CASE("ranges fit worse the further outside they are, and not at all when one is far off") {
  const auto catalogue = read("persona a {\n fits video 0.4..\n fits gap_s ..10\n}\n");
  const auto fit = [&](float video, float gap) {
    return catalogue.match(doing({{Feature::video, video}, {Feature::gap_s, gap}})).fit;
  };
  CHECK(fit(0.4F, 10) == 1);
  CHECK(fit(0.9F, 0) == 1);
  CHECK(fit(0.35F, 5) < 1);
  CHECK(fit(0.3F, 5) < fit(0.35F, 5));
  CHECK(fit(0.3F, 12) < fit(0.3F, 5));
  CHECK(fit(0.0F, 5) == 0);
  CHECK(fit(0.9F, 1000) == 0);
}

TEST_CASE("what is not known speaks neither for nor against, but there is less to go by") {
  const auto catalogue = read("persona a {\n fits video 0.4..\n fits phone 0.5..\n}\n");
  const auto known = catalogue.match(doing({{Feature::video, 0.5F}, {Feature::phone, 1.0F}}));
  const auto half = catalogue.match(doing({{Feature::video, 0.5F}}));
  CHECK(known.fit == 1);
  CHECK(half.fit < known.fit);
  CHECK(name_of(half) == "a");
  CHECK(name_of(catalogue.match(doing({{Feature::video, 0.5F}, {Feature::phone, 0.0F}}))) == "nobody");
  CHECK(name_of(catalogue.match(nothing_known())) == "nobody");
  CHECK(name_of(catalogue.match(doing({{Feature::video, INFINITY}}))) == "nobody");
}

TEST_CASE("of entries that fit alike, the one that says more wins, wherever it stands") {
  const std::string plain = "persona plain {\n fits video 0.3..\n}\n";
  const std::string precise = "persona precise {\n fits video 0.3..\n fits phone 0.5..\n}\n";
  for (const auto& text : {plain + precise, precise + plain}) {
    const auto catalogue = read(text);
    CHECK(name_of(catalogue.match(doing({{Feature::video, 0.5F}, {Feature::phone, 0.9F}}))) == "precise");
    CHECK(name_of(catalogue.match(doing({{Feature::video, 0.5F}, {Feature::phone, 0.1F}}))) == "plain");
    CHECK(name_of(catalogue.match(doing({{Feature::video, 0.5F}}))) == "plain");
  }
}

TEST_CASE("the default catalogue names the usual people") {
  const auto& people = Catalogue::defaults();
  REQUIRE(people.entries().size() >= 12);
  const auto who = [&](std::initializer_list<std::pair<Feature, float>> what) {
    return name_of(people.match(doing(what)));
  };
  using enum Feature;
  CHECK(who({{video, 0.6F}, {phone, 1.0F}, {desktop, 0.0F}, {television, 0.0F}}) == "mobile-video");
  CHECK(who({{video, 0.6F}, {phone, 0.0F}, {desktop, 1.0F}, {television, 0.0F}, {night, 0.1F}}) == "desktop-video");
  CHECK(who({{video, 0.6F}}) == "video");
  CHECK(who({{reading, 0.5F}, {night, 0.8F}, {video, 0.0F}, {distinct, 0.3F}}) == "late-night-reader");
  CHECK(who({{reading, 0.5F}, {night, 0.1F}, {video, 0.0F}, {distinct, 0.3F}}) == "reader");
  CHECK(who({{game, 0.4F}, {video, 0.1F}}) == "gamer");
  CHECK(who({{bot, 1.0F}, {distinct, 0.9F}, {regularity, 0.3F}}) == "crawler");
  CHECK(who({{bot, 1.0F}, {distinct, 0.02F}, {regularity, 0.95F}}) == "monitoring-bot");
  CHECK(who({{telemetry, 0.5F}, {distinct, 0.05F}, {regularity, 0.8F}}) == "device-telemetry");
  CHECK(who({{distinct, 0.7F}, {dwell_s, 40.0F}, {acts_per_minute, 2.0F}, {bot, 0.0F}}) == "interactive-researcher");
  CHECK(who({{social, 0.5F}, {video, 0.1F}}) == "social");
  CHECK(who({{desktop, 1.0F}, {night, 0.0F}, {video, 0.0F}, {game, 0.0F}, {social, 0.02F}}) == "office-worker");
}

TEST_CASE("the default catalogue knows programs by what they call themselves") {
  const auto who = [](std::string_view agent) {
    return name_of(Catalogue::defaults().by_rule(ask_of({.agent = agent})));
  };
  CHECK(who("Mozilla/5.0 (compatible; Googlebot/2.1)") == "crawler");
  CHECK(who("Mozilla/5.0+(compatible; UptimeRobot/2.0)") == "monitoring-bot");
  CHECK(who("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/128.0") == "nobody");
}
