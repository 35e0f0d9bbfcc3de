// Several engines of personas with one Redis: what one knows of a client, the others know; without Redis each goes on alone.
#include <algorithm>
#include <catch2/catch.hpp>

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

std::ptrdiff_t assignments_in(const RedisServer& redis) {
  const auto keys = redis.ask({"KEYS", "*:a:*"});
  return std::ranges::count(keys, '\n') + !keys.empty();
}

TEST_CASE("a client has the same token at two engines that share a Redis, also when both give it one at once") {
  if (!redis_installed()) return;
  const RedisServer redis;
  const Scratch scratch;
  const PersonaProgram first({"--redis", redis.url()}), second({"--redis", redis.url()});
  const auto at_first = server_of(scratch, first), at_second = server_of(scratch, second);
  std::ptrdiff_t written = assignments_in(redis);
  for (unsigned client = 0; client < 10; ++client) {
    REQUIRE(token(at_first, client));
    REQUIRE(wait_until([&] { return assignments_in(redis) > written; }));
    // What the client did since may have made it another persona, with another token: of that, too, both must know.
    CHECK(wait_until([&] { return token(at_second, client) == token(at_first, client); }, 2s));
    written = assignments_in(redis);
  }
  for (unsigned client = 100; client < 120; ++client) {
    const auto name = names_of_manner(0)[0];
    REQUIRE(ask(at_first.address(), name, RRType::A, wants_token(subnet(client))));
    REQUIRE(ask(at_second.address(), name, RRType::A, wants_token(subnet(client))));
  }
  // These servers have no memory of their own: what they say comes from the engines.
  const auto from_first = server_of(scratch, first), from_second = server_of(scratch, second);
  for (unsigned client = 100; client < 120; ++client)
    CHECK(wait_until([&] { return token(from_first, client) == token(from_second, client); }, 2s));
}

TEST_CASE("two engines go on when their Redis dies, and share again what they know when it is back") {
  if (!redis_installed()) return;
  RedisServer redis;
  const Scratch scratch;
  const PersonaProgram first({"--redis", redis.url()}), second({"--redis", redis.url()});
  const auto at_first = server_of(scratch, first), at_second = server_of(scratch, second);
  const auto before = token(at_first, 1);
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
    return here && assignments_in(redis) > 0 && token(at_second, stranger) == here;
  }));
}

}  // namespace
}  // namespace harbinger
