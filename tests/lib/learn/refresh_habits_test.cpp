#include "learn/refresh_habits.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace harbinger {
namespace {

constexpr ClientKey kClient = 7, kOther = 8;
constexpr std::uint64_t kLeader = 0x1234'5678'9abc'def0;
constexpr RecordRef kFirst{1, 11}, kSecond{2, 22};

const Habits::Follower* find(const Habits::Line& line, RecordRef record) {
  const auto at = std::find_if(line.followers.begin(), line.followers.end(),
                               [&](const auto& each) { return each.times != 0 && each.record == record; });
  return at == line.followers.end() ? nullptr : &*at;
}

TEST_CASE("a client's followers are known by when they followed, newest first") {
  Habits habits(64);
  habits.lead(kClient, kLeader);
  habits.follow(kClient, kLeader, kFirst, 300);
  habits.lead(kClient, kLeader);
  habits.lead(kClient, kLeader);
  habits.follow(kClient, kLeader, kFirst, 300);
  const Habits::Line line = habits.lead(kClient, kLeader);
  CHECK(line.led == 4);
  const auto* follower = find(line, kFirst);
  REQUIRE(follower);
  CHECK(follower->times == 0b1010);
  CHECK(follower->lag_ms == 300);
}

TEST_CASE("the habits of one client are not those of another") {
  Habits habits(1 << 16);
  habits.lead(kClient, kLeader);
  habits.follow(kClient, kLeader, kFirst, 300);
  CHECK(find(habits.lead(kClient, kLeader), kFirst));
  CHECK_FALSE(find(habits.lead(kOther, kLeader), kFirst));
}

TEST_CASE("who follows each time stays, though others come and go") {
  Habits habits(64);
  for (std::uint32_t round = 0; round < 8; ++round) {
    habits.lead(kClient, kLeader);
    habits.follow(kClient, kLeader, kSecond, 100);
    for (std::uint32_t i = 0; i < 6; ++i) habits.follow(kClient, kLeader, {100 + 6 * round + i, 1}, 100);
  }
  const auto* follower = find(habits.lead(kClient, kLeader), kSecond);
  REQUIRE(follower);
  CHECK(follower->times == 0xfe);
}

TEST_CASE("a habit is believed the more the more often it held") {
  Habits::Line line;
  line.led = 8;
  const Habits::Follower always{kFirst, 0xff, 0}, seldom{kFirst, 0x10, 0};
  CHECK(follows(line, always) > 4 * follows(line, seldom));
  CHECK(follows(line, always) < 1);
}

}  // namespace
}  // namespace harbinger
