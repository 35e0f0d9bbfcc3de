#include <catch2/catch.hpp>

#include <tests/lib/persona/shares.h>

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

TEST_CASE("the master dies: the share goes on with the one that Sentinel promoted, and both sides agree") {
  if (!redis_installed()) return;
  RedisServer master;
  const RedisServer replica({"--replicaof", "127.0.0.1 " + std::to_string(master.port())});
  const RedisSentinel sentinel(master);
  REQUIRE(sentinel.knows_replicas(1));

  Sharer one(sentinel.url()), other(sentinel.url());
  REQUIRE(one.connects());
  REQUIRE(other.connects());
  CHECK(one->state().master == master.address());
  one->publish(assignment_of(7, 1));
  one->publish_table("catalogue", 4, octets("four"));
  REQUIRE(wait_until([&] { return other.table("catalogue") == "4:four"; }));

  master.kill();
  REQUIRE(wait_until([&] { return !one->state().connected; }));
  for (ClientKey client = 100; client < 200; ++client) one->publish(assignment_of(client, 2));
  other->publish_table("catalogue", 5, octets("five"));

  REQUIRE(wait_until([&] { return one->state().connected && one->state().waiting == 0; }));
  CHECK(one->state().master == replica.address());
  CHECK(one->state().failovers == 1);
  CHECK(one->state().lost == 0);
  REQUIRE(wait_until([&] { return other->state().connected && other->state().waiting == 0; }));
  CHECK(other.look_up(150).assignment->persona == 2);
  CHECK(wait_until([&] { return one.table("catalogue") == "5:five"; }));
  CHECK(one.steps_back() + other.steps_back() == 0);
  one->publish(assignment_of(7, 3));
  CHECK(wait_until([&] { return other.told(7) && other.told(7)->persona == 3; }));

  // The old master comes back empty and takes itself for one, until Sentinel puts it right; nobody writes to it meanwhile.
  master.start();
  one->publish(assignment_of(8, 3));
  CHECK(wait_until([&] { return other.told(8).has_value(); }));
  CHECK(one->state().master == replica.address());
  Sharer later(sentinel.url());
  REQUIRE(later.connects());
  CHECK(later->state().master == replica.address());
}

TEST_CASE("of several Sentinels one is enough; the others may be away") {
  if (!redis_installed()) return;
  const RedisServer master;
  const RedisSentinel sentinel(master);
  Sharer share("redis+sentinel://127.0.0.1:" + std::to_string(free_port()) +
               ",127.0.0.1:" + std::to_string(sentinel.port()) + "/test");
  REQUIRE(share.connects());
  CHECK(share->state().master == master.address());
}

TEST_CASE("Sentinels that do not know the master, or are none, are named") {
  if (!redis_installed()) return;
  const RedisServer master;
  const RedisSentinel sentinel(master);
  const std::string sentinel_url = "redis+sentinel://127.0.0.1:" + std::to_string(sentinel.port());
  Sharer unknown(sentinel_url + "/nobody");
  CHECK(wait_until([&] { return unknown->state().trouble.find("knows no master of the name") != std::string::npos; }));
  Sharer none("redis+sentinel://" + master.address() + "/test");
  CHECK(wait_until([&] { return none->state().trouble.find("no Sentinel knows the master") != std::string::npos; }));
  CHECK_FALSE(none->state().connected);
}
