#include "mirror/redis_share.h"

#include <catch2/catch.hpp>

#include <tests/lib/mirror/mirror_shares.h>

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

constexpr int kAll = Sharing::kResources;

// Both settled: every resource has one owner.
bool settle(const Sharing& one, const Sharing& other) {
  return wait_until([&] { return one.owned() > 0 && other.owned() > 0 && one.owned() + other.owned() == kAll; });
}

}  // namespace

TEST_CASE("two servers divide what there is, and when one leaves the other has it all") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharing one(redis.url(), "one");
  REQUIRE(one.comes_to_own(kAll));
  {
    Sharing other(redis.url(), "other");
    REQUIRE(settle(one, other));
    for (int i = 0; i < kAll; ++i) CHECK(one.owns(i) != other.owns(i));
    CHECK(one->state().members.size() == 2);
    CHECK(one->state().reachable);
  }
  CHECK(one.comes_to_own(kAll));
}

TEST_CASE("what the owner publishes all know, what another server tries is refused, and a withdrawal reaches all") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharing one(redis.url(), "one"), other(redis.url(), "other");
  REQUIRE(settle(one, other));
  const int mine = one.one_owned();

  const auto what = publication_of(mine, "edge-1", one.next(mine));
  CHECK(one.write(what));
  CHECK(one.published(mine) == "edge-1");
  REQUIRE(other.comes_to_know(mine, "edge-1"));
  CHECK(other->published().at(0) == what);
  CHECK(other.heard() == std::vector{what});

  CHECK(other.write(publication_of(mine, "edge-2", other.next(mine))).error().code == ErrorCode::conflict);
  CHECK(one.published(mine) == "edge-1");

  CHECK(one.next(mine) > what.version);
  auto nothing = publication_of(mine, "edge-1", one.next(mine));
  nothing.servers.clear();
  CHECK(one.write(nothing));
  CHECK(other.comes_to_know(mine, ""));
}

TEST_CASE("of two publications of one version the first stands, and the same again only lasts longer") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharing one(redis.url(), "one");
  REQUIRE(one.comes_to_own(kAll));
  const auto version = one.next(3);
  CHECK(one.write(publication_of(3, "edge-1", version, 2s)));
  CHECK(one.write(publication_of(3, "edge-2", version, 2s)).error().code == ErrorCode::conflict);
  CHECK(one.write(publication_of(3, "edge-2", version - 1, 2s)).error().code == ErrorCode::conflict);
  CHECK(one.write(publication_of(3, "edge-1", version, 2s)));
  CHECK(one.heard().size() == 1);
  // Nobody renews it any more.
  CHECK(one.comes_to_know(3, ""));
  REQUIRE(wait_until([&] { return one.heard().size() == 2; }));
  CHECK(one.heard().at(1).servers.empty());
  CHECK(redis.ask({"KEYS", "harbinger:mirror:p:*"}).empty());
  CHECK(one.next(3) > version);
}

TEST_CASE("a server that comes later learns what is published and forecast, and how it goes on counting") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharing one(redis.url(), "one");
  REQUIRE(one.comes_to_own(kAll));
  const auto version = one.next(3) + 1'000'000;
  CHECK(one.write(publication_of(3, "edge-1", version, 60s)));
  one->tell({{.resource = 7, .cluster = "eu", .expected = 10, .high = 13, .now = 8}});

  Sharing later(redis.url(), "later");
  REQUIRE(later.comes_to_know(3, "edge-1"));
  CHECK(later.next(3) == version + 1);
  REQUIRE(wait_until([&] { return later->forecast(7, "eu").has_value(); }));
  CHECK(later->forecast(7, "eu")->expected == 10);
}

TEST_CASE("forecasts of several servers add up, and what a server does not tell any more is gone everywhere") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharing one(redis.url(), "one"), other(redis.url(), "other");
  REQUIRE(one.sees(2));
  REQUIRE(other.sees(2));
  one->tell({{.resource = 7, .cluster = "eu", .expected = 10, .high = 13, .now = 8}});
  other->tell({{.resource = 7, .cluster = "eu", .expected = 20, .high = 24, .now = 18}});
  const auto both = [](Sharing& share) {
    return wait_until([&] { return share->forecast(7, "eu") && share->forecast(7, "eu")->expected == 30; });
  };
  REQUIRE(both(one));
  REQUIRE(both(other));
  CHECK(one->forecast(7, "eu")->high == Approx(35));  // 30 + sqrt(9 + 16)
  CHECK_FALSE(one->forecast(7, "us"));
  CHECK_FALSE(one->forecast(8, "eu"));

  other->tell({});
  CHECK(wait_until([&] { return one->forecast(7, "eu")->expected == 10; }));
}

TEST_CASE("two servers whose clocks are an hour apart agree on who owns what, and on what is published until when") {
  if (!redis_installed()) return;
  const RedisServer redis;
  const LateClock late(1h);
  Sharing one(redis.url(), "one"), other(redis.url(), "other", late);
  REQUIRE(settle(one, other));
  const int mine = one.one_owned(), theirs = other.one_owned();
  CHECK(one.write(publication_of(mine, "edge-1", one.next(mine), 2s)));
  CHECK(other.write(publication_of(theirs, "edge-2", other.next(theirs), 2s)));
  REQUIRE(other.comes_to_know(mine, "edge-1"));
  REQUIRE(one.comes_to_know(theirs, "edge-2"));
  CHECK(other.comes_to_know(mine, ""));
  CHECK(one.comes_to_know(theirs, ""));
}

TEST_CASE("what somebody else wrote into Redis is passed over, and a script that was forgotten is brought again") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharing one(redis.url(), "one");
  REQUIRE(one.comes_to_own(kAll));
  for (const std::string text : {"", "x", "9 99999999999999 {}", "9 99999999999999 {\"resource\":7}", "9 9 [[[["}) {
    redis.ask({"PUBLISH", "harbinger:mirror:publications", text});
    redis.ask({"PUBLISH", "harbinger:mirror:forecasts", text});
  }
  redis.ask({"SET", "harbinger:mirror:f:nobody/1:eu", "0 99999999999999 seven"});
  redis.ask({"PUBLISH", "harbinger:mirror:forecasts", "nobody/1:eu"});
  redis.ask({"SCRIPT", "FLUSH"});
  CHECK(one.write(publication_of(3, "edge-1", one.next(3))));
  CHECK(one->published().size() == 1);
  CHECK(one.sees(1));
}

TEST_CASE("settings that cannot be used say what would be right") {
  const auto refusal = [](const mirror::RedisShareSettings& settings) {
    return mirror::make_redis_share(settings, {}).error().message;
  };
  CHECK(refusal({.url = "redis://h", .name = "a b"}).find("letters, digits") != std::string::npos);
  CHECK(refusal({.url = "redis://h", .name = "a", .lease = 1ms}).find("300 ms") != std::string::npos);
  CHECK(refusal({.url = "redis://h", .name = "a", .lease = 1s}).find("half the lease") != std::string::npos);
  CHECK(refusal({.url = "rediss://h", .name = "a"}).find("TLS") != std::string::npos);
}
