// Redis stops, dies, forgets and moves.
#include <catch2/catch.hpp>

#include <tests/lib/mirror/mirror_shares.h>

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

constexpr int kAll = Sharing::kResources;

}  // namespace

TEST_CASE("Redis dies: nobody owns anything any more, what is published goes on until its lease is over") {
  if (!redis_installed()) return;
  RedisServer redis;
  Sharing one(redis.url(), "one");
  REQUIRE(one.comes_to_own(kAll));
  CHECK(one.write(publication_of(3, "edge-1", one.next(3), 3s)));
  redis.kill();

  const auto refused = one.write(publication_of(4, "edge-1", one.next(4)));
  CHECK(refused.error().code == ErrorCode::unreachable);
  REQUIRE(wait_until([&] { return one.owned() == 0; }));
  CHECK(one.published(3) == "edge-1");
  CHECK_FALSE(one->state().reachable);
  CHECK(one->state().members.empty());
  CHECK_FALSE(one->state().trouble.empty());
  CHECK(one.comes_to_know(3, ""));

  redis.start();
  REQUIRE(one.comes_to_own(kAll));
  CHECK(one->state().reachable);
  CHECK(one->state().trouble.empty());
  CHECK(one.write(publication_of(3, "edge-2", one.next(3))));
}

TEST_CASE(
    "Redis comes back empty while publications hold: their owner renews them, and nobody else took them meanwhile") {
  if (!redis_installed()) return;
  RedisServer redis;
  Sharing one(redis.url(), "one"), other(redis.url(), "other");
  REQUIRE(wait_until([&] { return one.owned() + other.owned() == kAll && one.owned() > 0; }));
  const int mine = one.one_owned();
  const auto what = publication_of(mine, "edge-1", one.next(mine), 60s);
  CHECK(one.write(what));
  REQUIRE(other.comes_to_know(mine, "edge-1"));
  one->tell({{.resource = 7, .cluster = "eu", .expected = 10, .high = 13, .now = 8}});

  redis.kill();
  redis.start();
  // The same again, as soon as its owner may: the way is lost, and a lease has to pass, before.
  REQUIRE(wait_until([&] { return one.write(what).has_value(); }));
  CHECK(other.published(mine) == "edge-1");
  CHECK_FALSE(other.owns(mine));
  Sharing later(redis.url(), "later");
  CHECK(later.comes_to_know(mine, "edge-1"));
  CHECK(wait_until([&] { return later->forecast(7, "eu").has_value(); }));
}

TEST_CASE("Redis forgets everything under us: all begin anew, and go on") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharing one(redis.url(), "one");
  REQUIRE(one.comes_to_own(kAll));
  redis.ask({"FLUSHALL"});
  REQUIRE(wait_until([&] { return one.owned() == 0; }));
  CHECK(one.comes_to_own(kAll));
}

TEST_CASE("Redis stands still: its servers own nothing before anybody else could, and say why") {
  if (!redis_installed()) return;
  RedisServer redis;
  Sharing one(redis.url(), "one");
  REQUIRE(one.comes_to_own(kAll));
  redis.freeze();
  REQUIRE(wait_until([&] { return one.owned() == 0; }));
  REQUIRE(wait_until([&] { return !one->state().trouble.empty(); }));
  CHECK(one.write(publication_of(3, "edge-1", one.next(3))).error().code == ErrorCode::unreachable);
  redis.thaw();
  CHECK(one.comes_to_own(kAll));
}

TEST_CASE("a Redis that takes no writes for want of memory is told of, and nothing is published") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharing one(redis.url(), "one");
  REQUIRE(one.comes_to_own(kAll));
  redis.ask({"CONFIG", "SET", "maxmemory", "1"});
  REQUIRE(wait_until([&] { return one->state().trouble.find("no memory") != std::string::npos; }));
  REQUIRE(wait_until([&] { return one.owned() == 0; }));
  CHECK_FALSE(one.write(publication_of(3, "edge-1", one.next(3))));
  redis.ask({"CONFIG", "SET", "maxmemory", "0"});
  CHECK(one.comes_to_own(kAll));
  CHECK(one->state().trouble.empty());
}

TEST_CASE("the master dies: servers go on with the one that Sentinel promoted") {
  if (!redis_installed()) return;
  RedisServer master;
  const RedisServer replica({"--replicaof", "127.0.0.1 " + std::to_string(master.port())});
  const RedisSentinel sentinel(master);
  REQUIRE(sentinel.knows_replicas(1));
  Sharing one(sentinel.url(), "one"), other(sentinel.url(), "other");
  REQUIRE(wait_until([&] { return one.owned() + other.owned() == kAll && one.owned() > 0; }));
  const int mine = one.one_owned();
  CHECK(one.write(publication_of(mine, "edge-1", one.next(mine), 60s)));
  REQUIRE(other.comes_to_know(mine, "edge-1"));

  master.kill();
  REQUIRE(wait_until([&] { return one.owned() == 0 && other.owned() == 0; }));
  // Whoever finds the new master first may have it all for a while.
  REQUIRE(wait_until([&] { return one.owns(mine) && one.owned() + other.owned() == kAll; }));
  CHECK(one.write(publication_of(mine, "edge-2", one.next(mine), 60s)));
  CHECK(other.comes_to_know(mine, "edge-2"));
}
