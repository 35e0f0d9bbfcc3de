#include <harbinger/log.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>

#include <tests/lib/persona/shares.h>

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

template <class Call>
std::chrono::nanoseconds time_of(Call call) {
  const auto begin = std::chrono::steady_clock::now();
  call();
  return std::chrono::steady_clock::now() - begin;
}

}  // namespace

TEST_CASE("Redis killed and started again: everything goes on, and what waited is written") {
  if (!redis_installed()) return;
  RedisServer redis;
  Sharer one(redis.url()), other(redis.url());
  one->publish_table("catalogue", 3, octets("three"));
  REQUIRE(wait_until([&] { return other.table("catalogue") == "3:three"; }));

  redis.kill();
  REQUIRE(wait_until([&] { return !one->state().connected && !other->state().connected; }));
  CHECK(one->state().trouble.find(redis.address()) != std::string::npos);
  for (ClientKey client = 1; client <= 100; ++client) one->publish(assignment_of(client, 1));
  for (ClientKey client = 1; client <= 100; ++client) one->publish(assignment_of(client, 2));
  CHECK(one->state().waiting == 100);
  CHECK_FALSE(one.look_up(7).assignment);

  redis.start();
  const auto started = std::chrono::steady_clock::now();
  REQUIRE(wait_until([&] { return one->state().connected && one->state().waiting == 0; }));
  CHECK(std::chrono::steady_clock::now() - started < 5s);
  CHECK(one->state().lost == 0);
  CHECK(one->state().trouble.empty());
  REQUIRE(other.connects());
  CHECK(other.look_up(7).assignment->persona == 2);
  // The store came back empty, and has the table all the same.
  Sharer later(redis.url());
  CHECK(wait_until([&] { return later.table("catalogue") == "3:three"; }));
}

TEST_CASE("a table that was published while a watcher was away reaches it when it is back") {
  if (!redis_installed()) return;
  RedisServer redis;
  Sharer watcher(redis.url());
  REQUIRE(watcher.connects());
  redis.kill();
  REQUIRE(wait_until([&] { return !watcher->state().connected; }));
  redis.start();
  Sharer publisher(redis.url());
  publisher->publish_table("clusters", 9, octets("nine"));
  CHECK(wait_until([&] { return watcher.table("clusters") == "9:nine"; }));
}

TEST_CASE("a Redis that stands still holds nobody up") {
  if (!redis_installed()) return;
  RedisServer redis;
  Sharer share(redis.url()), patient({.url = redis.url(), .patience = 10s});
  REQUIRE(share.connects());
  REQUIRE(patient.connects());
  redis.freeze();
  // Half of what the share itself waits: the call waits for nobody.
  CHECK(time_of([&] { patient->publish(assignment_of(8, 1)); }) < 5s);
  CHECK(time_of([&] { patient->look_up(8, [](auto) {}); }) < 5s);
  share->publish(assignment_of(7, 1));
  REQUIRE(wait_until([&] { return !share->state().connected; }));
  CHECK(share->state().trouble.find("does not answer within 250 ms") != std::string::npos);

  // Even the answer comes at once when it is known that nobody is there: also while it is tried to connect, which such a Redis accepts.
  const auto twenty = time_of([&] {
    for (int i = 0; i < 20; ++i) CHECK_FALSE(share.look_up(7).assignment);
  });
  CHECK(twenty < 10 * 250ms);
  CHECK(share->state().waiting == 1);

  redis.thaw();
  CHECK(wait_until([&] { return share->state().written == 1; }));
  CHECK(share.look_up(7).assignment);
}

TEST_CASE("more than there is room for: the oldest is lost, counted, and the newest is written") {
  if (!redis_installed()) return;
  RedisServer redis;
  redis.kill();
  Sharer share(persona::RedisSettings{.url = redis.url(), .queue = 10});
  for (ClientKey client = 1; client <= 25; ++client) share->publish(assignment_of(client, 1));
  CHECK(share->state().waiting == 10);
  CHECK(share->state().lost == 15);
  redis.start();
  REQUIRE(wait_until([&] { return share->state().written == 10; }));
  CHECK_FALSE(share.look_up(15).assignment);
  CHECK(share.look_up(16).assignment);
}

TEST_CASE("every look-up is answered exactly once, also when Redis dies and when the share ends") {
  if (!redis_installed()) return;
  RedisServer redis;
  std::vector<std::atomic<int>> answers(4000);
  {
    Sharer share(redis.url());
    REQUIRE(share.connects());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (i == 1000) redis.kill();
      if (i == 2000) redis.start();
      share->look_up(i + 1, [&, i](auto) { ++answers[i]; });
    }
  }
  CHECK(std::ranges::all_of(answers, [](int count) { return count == 1; }));
}
