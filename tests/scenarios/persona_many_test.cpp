// Several engines of personas with one Redis: what one knows of a client, the others know; without Redis each goes on alone.
#include <catch2/catch.hpp>

#include <sstream>
#include <thread>
#include <utility>

#include <tests/support/persona_peers.h>
#include <tests/support/redis_server.h>

namespace harbinger {
namespace {

using namespace test;
using namespace std::chrono_literals;

// A server for each engine, all with one secret, so that a client has one key.
DnsServer server_of(const Scratch& scratch, const PersonaProgram& engine) {
  return start_harbinger(scratch, ".:{port} {\n bind 127.0.0.1\n persona {\n engine " + engine.address().to_string() +
                                      "\n key " + (scratch / "key").string() + "\n }\n" + hosts_of_manners() + "}\n");
}

std::optional<PersonaToken> token(const DnsServer& server, unsigned client) {
  return wait_for_token(server.address(), names_of_manner(0)[0], subnet(client));
}

// Keys of the clients whose tokens are in the store.
std::vector<std::string> clients_in(const RedisServer& redis) {
  std::istringstream lines(redis.ask({"KEYS", "*:a:*"}));
  std::vector<std::string> clients;
  for (std::string line; std::getline(lines, line);) clients.push_back(line.substr(line.rfind(':') + 1));
  return clients;
}

TEST_CASE("engines that share a Redis have one token for a client, also when both gave it one at once") {
  if (!redis_installed()) return;
  const RedisServer redis;
  const Scratch scratch;
  const PersonaProgram first({"--redis", redis.url()}), second({"--redis", redis.url()});
  const auto at_first = server_of(scratch, first), at_second = server_of(scratch, second);
  for (unsigned client = 0; client < 10; ++client) {
    const auto written = clients_in(redis).size();
    REQUIRE(token(at_first, client));
    REQUIRE(wait_until([&] { return clients_in(redis).size() > written; }));
    REQUIRE(token(at_second, client));
  }
  for (unsigned client = 100; client < 120; ++client)
    for (const auto* server : {&at_first, &at_second})
      REQUIRE(ask(server->address(), names_of_manner(0)[0], RRType::A, wants_token(subnet(client))));

  // And whoever asked the servers whether they are up.
  CHECK(wait_until([&] { return clients_in(redis).size() == 31; }));
  for (const auto& client : clients_in(redis)) {
    // Tokens are not shown to operators; two that were made apart do not end in the same millisecond.
    CHECK(wait_until([&] {
      const auto here = end_of_token(first.http(), client), there = end_of_token(second.http(), client);
      return here && here == there;
    }));
  }
}

TEST_CASE("two engines go on when their Redis dies, and share again what they know when it is back") {
  if (!redis_installed()) return;
  RedisServer redis;
  const Scratch scratch;
  const PersonaProgram first({"--redis", redis.url()}), second({"--redis", redis.url()});
  const auto at_first = server_of(scratch, first), at_second = server_of(scratch, second);
  auto before = token(at_first, 1);
  // Its first acts may change what the engine thinks of it, and a token goes with that.
  REQUIRE(wait_until([&] {
    std::this_thread::sleep_for(100ms);
    const auto again = token(at_first, 1);
    return std::exchange(before, again) == again;
  }));
  REQUIRE(before);
  redis.kill();
  CHECK(token(at_first, 1) == before);
  for (unsigned client = 100; client < 110; ++client) {
    CHECK(token(at_first, client));
    CHECK(token(at_second, client));
  }
  redis.start();
  unsigned stranger = 1000;
  CHECK(wait_until([&] {
    ++stranger;
    const auto here = token(at_first, stranger);
    return here && !clients_in(redis).empty() && token(at_second, stranger) == here;
  }));
}

}  // namespace
}  // namespace harbinger
