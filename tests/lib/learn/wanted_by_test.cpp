#include <harbinger/wanted_by.h>

#include <catch2/catch.hpp>

using namespace harbinger;

namespace {

constexpr UnixMillis kMidnight = 20'000 * WantedBy::kDay, kHour = 3'600'000, kNoon = kMidnight + 12 * kHour;

struct Wanting {
  ClientKey client;
  UnixMillis at;
};

ClientKey only_after(std::initializer_list<Wanting> all) {
  WantedBy by;
  for (const auto& each : all) by.note(each.client, each.at);
  return by.only();
}

}  // namespace

TEST_CASE("what nobody wanted is for nobody, what one client wanted for that one, what two wanted for all") {
  CHECK(only_after({}) == WantedBy::kNobody);
  CHECK(only_after({{7, kNoon}, {7, kNoon + kHour}}) == 7);
  CHECK(only_after({{7, kNoon}, {8, kNoon + kHour}}) == WantedBy::kSeveral);
  CHECK(only_after({{7, kNoon}, {8, kNoon}, {7, kNoon + 90 * kHour}}) == WantedBy::kSeveral);
}

TEST_CASE("another key on another day may be the same client, so it takes two within one day") {
  CHECK(only_after({{7, kNoon}, {8, kNoon + 24 * kHour}, {9, kNoon + 48 * kHour}}) == 9);
  CHECK(only_after({{7, kNoon}, {8, kNoon + 24 * kHour}, {9, kNoon + 25 * kHour}}) == WantedBy::kSeveral);
  CHECK(only_after({{7, kNoon}, {8, kNoon - 24 * kHour}}) == 8);  // a clock that was set back
  CHECK(only_after({{7, -kNoon}, {8, -kNoon + 24 * kHour}}) == 8);
}

TEST_CASE("close to midnight nobody can say of which day a key is, so it does not count as a second one") {
  for (const UnixMillis margin : {0, 1, 9'999}) {
    CHECK(only_after({{7, kMidnight + margin}, {8, kMidnight + 2 * margin + 20'000}}) == 8);
    CHECK(only_after({{7, kNoon}, {8, kMidnight + 24 * kHour - 1 - margin}}) == 8);
    CHECK(only_after({{7, kMidnight + margin}, {8, kMidnight + margin}}) == 8);
  }
  CHECK(only_after({{7, kMidnight + 10'000}, {8, kMidnight + 10'001}}) == WantedBy::kSeveral);
}

TEST_CASE("who is nobody in particular is neither a first client nor a second") {
  CHECK(only_after({{0, kNoon}}) == WantedBy::kNobody);
  CHECK(only_after({{0, kNoon}, {7, kNoon}}) == 7);
  CHECK(only_after({{7, kNoon}, {0, kNoon}}) == 7);
}

TEST_CASE("what is only expected is for whom its parts are for, until somebody wants it") {
  WantedBy by;
  by.foretold(WantedBy::kNobody);
  CHECK(by.only() == WantedBy::kNobody);
  by.foretold(7);
  CHECK(by.only() == 7);
  by.foretold(WantedBy::kSeveral);
  CHECK(by.only() == WantedBy::kSeveral);
  by.foretold(8);
  CHECK(by.only() == WantedBy::kSeveral);
  by.note(9, kNoon);
  CHECK(by.only() == 9);
  by.foretold(WantedBy::kSeveral);
  CHECK(by.only() == 9);
  CHECK(WantedBy::of_both(7, WantedBy::kSeveral) == 7);
  CHECK(WantedBy::of_both(WantedBy::kSeveral, 7) == 7);
  CHECK(WantedBy::of_both(7, 7) == 7);
  CHECK(WantedBy::of_both(7, 8) == WantedBy::kNobody);
  CHECK(WantedBy::of_both(WantedBy::kSeveral, WantedBy::kSeveral) == WantedBy::kSeveral);
}
