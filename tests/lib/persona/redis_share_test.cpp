#include "persona/share.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include <tests/lib/persona/shares.h>

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;
using persona::Share;

TEST_CASE("what one share publishes of a client another one finds and is told of; the own does not come back") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer one(redis.url()), other(redis.url());
  REQUIRE(one.connects());
  REQUIRE(other.connects());

  const auto assignment = assignment_of(7, 3);
  one->publish(assignment);
  one->publish_client(7, octets("what the client did"));

  REQUIRE(wait_until([&] { return other.told(7).has_value(); }));
  CHECK(other.told(7)->token == assignment.token);
  REQUIRE(wait_until([&] { return one->state().written == 2; }));
  const auto known = other.look_up(7);
  REQUIRE(known.assignment);
  CHECK(known.assignment->persona == 3);
  CHECK(known.assignment->expires == assignment.expires);
  CHECK(known.assignment->confidence == assignment.confidence);
  CHECK(known.profile == octets("what the client did"));
  CHECK_FALSE(other.look_up(8).assignment);

  // Had the own one come back, it had come before what the other publishes now.
  other->publish(assignment_of(9, 1));
  REQUIRE(wait_until([&] { return one.told(9).has_value(); }));
  CHECK_FALSE(one.told(7));
}

TEST_CASE("a look-up finds what was there before its caller published a profile itself") {
  if (!redis_installed()) return;
  const RedisServer redis;
  constexpr ClientKey kClients = 3000;
  Sharer one(redis.url()), other(redis.url());
  for (ClientKey client = 1; client <= kClients; ++client) one->publish_client(client, octets("long known"));
  REQUIRE(wait_until([&] { return one->state().written == kClients; }));
  REQUIRE(other.connects());
  std::atomic<ClientKey> answers{0}, well_known{0};
  for (ClientKey client = 1; client <= kClients; ++client) {
    other->look_up(client, [&](const Share::Known& known) {
      well_known += known.profile == octets("long known");
      ++answers;
    });
    other->publish_client(client, octets("new here"));
    // Now and then the share has to begin anew while we go on.
    if (client % 10 == 0) REQUIRE(wait_until([&] { return answers == client; }));
  }
  REQUIRE(wait_until([&] { return answers == kClients; }));
  CHECK(well_known == kClients);
}

TEST_CASE("an assignment is gone from the store when it expires, and a profile within an hour") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer share(redis.url());
  auto assignment = assignment_of(7, 3);
  share->publish(assignment);
  share->publish_client(7, octets("profile"));
  REQUIRE(wait_until([&] { return share->state().written == 2; }));

  const auto left = [&](const std::string& key) { return std::stoll(redis.ask({"PTTL", key})); };
  const auto limit = assignment.expires - calendar_now() + 1000;
  CHECK(left("harbinger:a:0000000000000007") > 0);
  CHECK(left("harbinger:a:0000000000000007") <= limit);
  CHECK(left("harbinger:c:0000000000000007") > 3'000'000);
  CHECK(left("harbinger:c:0000000000000007") <= 3'600'000);
}

TEST_CASE("an assignment that takes another back is heard although it is over already") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer one(redis.url()), other(redis.url());
  REQUIRE(other.connects());
  one->publish(assignment_of(7, 3));
  auto back = assignment_of(7, 0);
  back.expires = calendar_now() - 1;
  one->publish(back);
  REQUIRE(wait_until([&] { return other.told(7) && other.told(7)->persona == 0; }));
  CHECK_FALSE(other.look_up(7).assignment);
}

TEST_CASE("tables go to everybody, also to who comes later; an older version never wins") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer one(redis.url()), other(redis.url());
  REQUIRE(other.connects());
  one->publish_table("catalogue", 5, octets("five"));
  REQUIRE(wait_until([&] { return other.table("catalogue") == "5:five"; }));

  other->publish_table("catalogue", 4, octets("four"));
  // The store keeps the newer one, and who came too late is done with his.
  REQUIRE(wait_until([&] { return other->state().waiting == 0; }));
  CHECK(other->state().written == 0);
  Sharer later(redis.url());
  REQUIRE(wait_until([&] { return later.table("catalogue") == "5:five"; }));
  CHECK_FALSE(one.table("catalogue"));
}

TEST_CASE("of many versions that are published at the same time the newest stays") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer one(redis.url()), other(redis.url()), watcher(redis.url());
  REQUIRE(watcher.connects());
  const auto publish = [](Sharer& share, std::uint64_t first) {
    for (std::uint64_t version = first; version <= 400; version += 2)
      share->publish_table("t", version, octets(std::to_string(version)));
  };
  std::thread odd([&] { publish(one, 1); });
  publish(other, 2);
  odd.join();
  REQUIRE(wait_until([&] { return watcher.table("t") == "400:400"; }));
  REQUIRE(wait_until([&] { return one.table("t") == "400:400"; }));
  CHECK(watcher.steps_back() == 0);
}

TEST_CASE("of two engines that publish the same version the first wins, and the second is told") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer one(redis.url()), other(redis.url());
  one->publish_table("t", 7, octets("of one"));
  REQUIRE(wait_until([&] { return one->state().written == 1; }));
  other->publish_table("t", 7, octets("of the other"));
  CHECK(wait_until([&] { return other.table("t") == "7:of one"; }));
}

TEST_CASE("what Redis holds and is not ours counts as not there") {
  if (!redis_installed()) return;
  const RedisServer redis;
  redis.ask({"SET", "harbinger:a:0000000000000007", "rubbish"});
  redis.ask({"RPUSH", "harbinger:c:0000000000000007", "a list"});
  redis.ask({"SADD", "harbinger:names", "bad", "Not A Name"});
  redis.ask({"SET", "harbinger:t:bad", "t\x01 rubbish that is longer than a header is, so long"});
  Sharer share(redis.url()), other(redis.url());
  REQUIRE(share.connects());
  const auto known = share.look_up(7);
  CHECK_FALSE(known.assignment);
  CHECK(known.profile.empty());
  redis.ask({"PUBLISH", "harbinger:assigned", "rubbish"});
  redis.ask({"PUBLISH", "harbinger:tables", "rubbish"});
  CHECK_FALSE(share.table("bad"));

  // And does not stand in the way of what is.
  other->publish(assignment_of(7, 2));
  other->publish_client(7, octets("profile"));
  other->publish_table("bad", 1, octets("good"));
  REQUIRE(wait_until([&] { return other->state().written == 3; }));
  CHECK(wait_until([&] { return share.table("bad") == "1:good"; }));
  CHECK(share.look_up(7).assignment);
  CHECK(share.look_up(7).profile == octets("profile"));
}

TEST_CASE("a table of a megabyte goes through") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer one(redis.url()), other(redis.url());
  const std::string large(1 << 20, 'x');
  one->publish_table("network", 1, octets(large));
  CHECK(wait_until([&] { return other.table("network") == "1:" + large; }));
}

TEST_CASE("what waits when a share ends is written yet") {
  if (!redis_installed()) return;
  const RedisServer redis;
  {
    // Long enough to connect in, on a busy machine, too.
    Sharer share({.url = redis.url(), .patience = 10s});
    for (ClientKey client = 1; client <= 2000; ++client) share->publish(assignment_of(client, 1));
  }
  CHECK(redis.ask({"DBSIZE"}) == "2000");
}

TEST_CASE("an assignment that waited too long does not replace a newer one of somebody else") {
  if (!redis_installed()) return;
  RedisServer redis;
  const std::string alone = "redis://127.0.0.1:" + std::to_string(redis.port());
  Sharer late(alone), early(alone);
  REQUIRE(late.connects());
  REQUIRE(early.connects());
  redis.kill();
  REQUIRE(wait_until([&] { return !late->state().connected && !early->state().connected; }));
  late->publish(assignment_of(7, 1));
  early->publish(assignment_of(7, 2));
  redis.start();
  REQUIRE(wait_until([&] { return late->state().waiting == 0 && early->state().waiting == 0; }));
  CHECK(late.look_up(7).assignment->persona == 2);
  CHECK(wait_until([&] { return late.told(7) && late.told(7)->persona == 2; }));
}
