#include <catch2/catch.hpp>

#include <harbinger/troubled.h>
#include <harbinger/wanted_by.h>

#include "plugins/prefetch/hint_chooser.h"

using namespace harbinger;
using namespace harbinger::prefetch;

namespace {

// Says the same for every context.
struct Table final : ServedTable {
  std::vector<Successor> successors;
  std::size_t find(std::uint64_t, std::uint64_t, PersonaId, std::span<Successor> out) const noexcept override {
    const auto count = std::min(successors.size(), out.size());
    std::copy_n(successors.begin(), count, out.begin());
    return count;
  }
};

Table table(std::vector<ServedTable::Successor> successors) {
  Table made;
  made.successors = std::move(successors);
  return made;
}

HintPolicy everywhere() {
  HintPolicy policy;
  policy.zones = {""};
  return policy;
}

HintAsking asking() {
  HintAsking made;
  made.client = 1;
  made.current = resource_hash("here.example");
  made.now = MonotonicTime{1'000'000'000};
  return made;
}

std::vector<Held> held(HintChooser& chooser, const Table& served, const HintAsking& how) {
  HintChoice choice;
  chooser.choose(served, how, true, choice);
  std::vector<Held> all;
  for (std::size_t i = 0; i < choice.count; ++i) all.push_back(choice.candidates[i].held);
  return all;
}

const auto kTwo = table({{"a.example", 0.6f, 0.8f, 1000, 0}, {"b.example", 0.2f, 0.3f, 1000, 0}});

}  // namespace

TEST_CASE("what is likely enough is hinted, up to the number wanted") {
  HintChooser chooser(everywhere(), {});
  CHECK(held(chooser, kTwo, asking()) == std::vector{Held::no, Held::no});
  auto how = asking();
  how.request.max_hints = 1;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::no, Held::too_many});
  how.request.max_hints = 0;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::too_many, Held::too_many});
}

TEST_CASE("the higher of the operator's floor and the client's counts") {
  auto policy = everywhere();
  policy.floor = 0.5;
  HintChooser chooser(policy, {});
  CHECK(held(chooser, kTwo, asking()) == std::vector{Held::no, Held::unlikely});
  auto how = asking();
  how.request.min_confidence_pct = 90;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::unlikely, Held::unlikely});
}

TEST_CASE("a client that saves data gets none, and one on a slow or metered link only what is more likely than not") {
  HintChooser chooser(everywhere(), {});
  auto how = asking();
  how.request.network = NetworkClass::metered;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::no, Held::unlikely});
  how.request.network = NetworkClass::slow;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::no, Held::unlikely});
  how.request.network = NetworkClass::fast;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::no, Held::no});
  how.request.save_data = true;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::save_data, Held::save_data});
}

TEST_CASE("what nobody can serve now is not hinted at") {
  HintChooser chooser(everywhere(), {});
  Troubled::Reporter reporter(troubled());
  reporter.say({"a.*"});
  CHECK(held(chooser, kTwo, asking()) == std::vector{Held::endpoint, Held::no});
  reporter.say({});
  CHECK(held(chooser, kTwo, asking()) == std::vector{Held::no, Held::no});
}

TEST_CASE("pressure takes hints away at once, the less likely first") {
  HintChooser chooser(everywhere(), {});
  auto how = asking();
  how.pressure = 0.5f;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::no, Held::pressure});
  how.pressure = 1;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::pressure, Held::pressure});
}

TEST_CASE("what one client alone asked for is for that client, and what is for nobody is for none") {
  HintChooser chooser(everywhere(), {});
  auto served = table({{"mine.example", 0.9f, 0.9f, 0, 0, 1},
                       {"its.example", 0.9f, 0.9f, 0, 0, 2},
                       {"nobodys.example", 0.9f, 0.9f, 0, 0, WantedBy::kNobody},
                       {"ours.example", 0.9f, 0.9f, 0, 0, WantedBy::kSeveral}});
  auto how = asking();
  CHECK(held(chooser, served, how) == std::vector{Held::no, Held::for_another, Held::for_another, Held::no});
  how.client = 0;
  CHECK(held(chooser, served, how) == std::vector{Held::for_another, Held::for_another, Held::for_another, Held::no});
  CHECK(to_string(Held::for_another) == "private");
  CHECK(to_string(Held::just_had) == "just_had");
  CHECK(to_string(Held::global_budget) == "global_budget");
}

TEST_CASE("what the client has just had, what is on the skip list and what is served elsewhere is held back") {
  auto policy = everywhere();
  policy.skip = {"*logout*"};
  policy.zones = {"example"};
  HintChooser chooser(policy, {});
  const auto served = table({{"had.example", 0.9f, 0.9f, 0, 0},
                             {"here.example", 0.9f, 0.9f, 0, 0},
                             {"https://www.example/logout", 0.9f, 0.9f, 0, 0},
                             {"internal.elsewhere", 0.9f, 0.9f, 0, 0},
                             {"good.example", 0.9f, 0.9f, 0, 0}});
  auto how = asking();
  how.trail.resources[0] = resource_hash("had.example");
  how.trail.size = 1;
  CHECK(held(chooser, served, how) ==
        std::vector{Held::just_had, Held::just_had, Held::skipped, Held::not_served, Held::no});
}

TEST_CASE("hints stay within the octets that the client asked for") {
  HintChooser chooser(everywhere(), {});
  auto how = asking();
  how.request.max_bytes = 1500;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::no, Held::too_large});
}

TEST_CASE("fragments are for clients that take them") {
  HintChooser chooser(everywhere(), {});
  const auto served = table({{"https://v.example/film#65536+1024", 0.9f, 0.9f, 1024, 0}});
  CHECK(held(chooser, served, asking()) == std::vector{Held::fragment});
  auto how = asking();
  how.request.fragments = true;
  HintChoice choice;
  chooser.choose(served, how, true, choice);
  REQUIRE(choice.candidates[0].held == Held::no);
  const auto hint = to_hint(choice.candidates[0]);
  CHECK(hint.resource == "https://v.example/film");
  CHECK(hint.range == ByteRange{65536, 1024});
}

TEST_CASE("hints take from the budget of client, resource and all; asking why does not") {
  TokenBudget::Settings budgets;
  budgets.requests_per_client = {1, 2};
  HintChooser chooser(everywhere(), budgets);
  HintChoice choice;
  for (int i = 0; i < 10; ++i) chooser.choose(kTwo, asking(), false, choice);
  CHECK(held(chooser, kTwo, asking()) == std::vector{Held::no, Held::no});
  CHECK(held(chooser, kTwo, asking()) == std::vector{Held::client_budget, Held::client_budget});
  auto later = asking();
  later.now = later.now + std::chrono::seconds(1);
  CHECK(held(chooser, kTwo, later) == std::vector{Held::no, Held::client_budget});
  auto other = asking();
  other.client = 2;
  CHECK(held(chooser, kTwo, other) == std::vector{Held::no, Held::no});
}

TEST_CASE("what a persona is goes before the operator's policy: none at all, another floor, another number") {
  HintChooser chooser(everywhere(), {});
  PersonaProfile profile;
  auto how = asking();
  how.profile = &profile;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::no, Held::no});
  profile.hint_floor = 0.5f;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::no, Held::unlikely});
  profile.hint_floor = 0.1f;
  profile.hints = 1;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::no, Held::too_many});
  profile.prefetch = false;
  CHECK(held(chooser, kTwo, how) == std::vector{Held::persona, Held::persona});
}

TEST_CASE("what a persona cares for comes first, and as many parts of a resource as it takes") {
  HintChooser chooser(everywhere(), {});
  PersonaProfile profile;
  profile.priorities = {{"b.*", 10.0f}};
  auto how = asking();
  how.profile = &profile;
  HintChoice choice;
  chooser.choose(kTwo, how, false, choice);
  REQUIRE(choice.count == 2);
  CHECK(choice.candidates[0].successor.text == "b.example");
  CHECK(choice.candidates[0].successor.soon == 0.3f);

  profile.fragments_ahead = 1;
  how.request.fragments = true;
  const auto parts =
      table({{"https://a.example/f#0+10", 0.6f, 0.8f, 10, 0}, {"https://a.example/f#10+10", 0.5f, 0.7f, 10, 0}});
  CHECK(held(chooser, parts, how) == std::vector{Held::no, Held::too_many});
}
