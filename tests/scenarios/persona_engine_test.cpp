// A harbingerd whose engine of personas is a process of its own, over TLS: what it knows, and that nobody waits for it when it is dead, stopped or late.
#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>

#include <tests/support/certificates.h>
#include <tests/support/delaying_proxy.h>
#include <tests/support/persona_peers.h>

namespace harbinger {
namespace {

using namespace test;
using namespace std::chrono_literals;

// What a server needs to reach an engine over TLS, and the engine's flags for it.
struct Secrets {
  Scratch scratch;
  Authority authority{scratch};
  Identity identity = authority.sign("localhost");
  std::filesystem::path token = scratch.write("token", "0123456789abcdef0123\n");
  std::filesystem::path tokens = scratch.write("tokens", "0123456789abcdef0123 assign\n");

  std::vector<std::string> flags(std::vector<std::string> more = {}) const {
    std::vector<std::string> flags{
        "--tls-cert", identity.certificate.string(), "--tls-key", identity.key.string(), "--tokens", tokens.string()};
    flags.insert(flags.end(), more.begin(), more.end());
    return flags;
  }
  std::string options() const {
    return " ca " + authority.certificate().string() + "\n token " + token.string() + "\n";
  }
};

// harbingerd with its metrics; `options` are those of persona.
struct Server {
  SocketAddress http = loopback(free_port());
  DnsServer dns;

  Server(const Scratch& scratch, const std::string& options)
      : dns(start_harbinger(scratch, ".:{port} {\n bind 127.0.0.1\n metrics " + http.to_string() + "\n persona {\n" +
                                         options + " }\n" + hosts_of_manners() + "}\n")) {}

  double circuit() const { return metric(http, "harbinger_persona_circuit"); }
  std::optional<PersonaToken> token(unsigned client) const {
    return wait_for_token(dns.address(), names_of_manner(0)[0], subnet(client));
  }
};

std::string engine_at(const std::string& host_and_port) { return " engine " + host_and_port + "\n"; }

// How long each of so many queries of as many strangers took; all must be answered.
std::vector<std::chrono::milliseconds> times_of_strangers(const Server& server, unsigned first, unsigned queries) {
  std::vector<std::chrono::milliseconds> times;
  for (unsigned i = 0; i < queries; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    REQUIRE(ask(server.dns.address(), names_of_manner(i % 2)[i % 8], RRType::A, wants_token(subnet(first + i))));
    times.push_back(std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin));
  }
  std::ranges::sort(times);
  return times;
}

// A call to the engine may take a second before it counts as failed: who waited for one would have waited as long. One query in a hundred may fall into a pause
// of a busy machine.
void check_nobody_waits(const std::vector<std::chrono::milliseconds>& times) {
  CHECK(times[times.size() * 99 / 100].count() < 500);
}

TEST_CASE("an engine behind TLS and a token tells clients of two manners apart") {
  const Secrets secrets;
  PersonaProgram engine(secrets.flags({"--state", (secrets.scratch / "state").string()}));
  const Server server(secrets.scratch, engine_at(engine.host_and_port()) + secrets.options());
  CHECK(wait_until([&] {
    behave(server.dns.address(), 0, 0, 40, 10);
    behave(server.dns.address(), 1, 1000, 40, 10);
    const auto names = personas_with_clients(engine.http());
    return names.size() >= 2 && std::ranges::all_of(names, [&](const std::string& name) {
             return metric(server.http, "harbinger_persona_queries_total{persona=\"" + name + "\"}") > 0;
           });
  }));
  CHECK(server.circuit() == 0);

  engine.stop();  // nothing more is heard before the list is taken
  const auto listed = [&] {
    auto names = personas_with_clients(engine.http());
    std::ranges::sort(names);
    return names;
  };
  engine.start();
  const auto once = listed();
  CHECK(once.size() >= 2);
  engine.kill();
  engine.start();
  CHECK(listed() == once);
}

TEST_CASE("a server without the engine's token is told nothing, and answers all the same") {
  const Secrets secrets;
  PersonaProgram engine(secrets.flags());
  const auto wrong = secrets.scratch.write("wrong", "fedcba9876543210fedc\n");
  const Server server(secrets.scratch, engine_at(engine.host_and_port()) + " ca " +
                                           secrets.authority.certificate().string() + "\n token " + wrong.string() +
                                           "\n");
  check_nobody_waits(times_of_strangers(server, 0, 100));
  CHECK(wait_until([&] { return metric(server.http, "harbinger_persona_failed_total") > 0; }));
  CHECK(metric(engine.http(), "harbinger_persona_engine_clients") == 0);
}

TEST_CASE("queries go on while the engine is dead, and new clients get tokens again when it is back") {
  const Secrets secrets;
  PersonaProgram engine(secrets.flags());
  const Server server(secrets.scratch, engine_at(engine.host_and_port()) + secrets.options());
  const auto before = server.token(1);
  REQUIRE(before);
  engine.kill();
  check_nobody_waits(times_of_strangers(server, 2000, 300));
  CHECK(wait_until([&] {
    times_of_strangers(server, 3000, 10);
    return server.circuit() != 0;
  }));
  CHECK(wait_until([&] { return server.token(1) == before; }));

  engine.start();
  CHECK(server.token(4000));
  CHECK(wait_until([&] { return server.circuit() == 0; }));
}

TEST_CASE("after a stop and a kill -9 the engine knows its client by the token that it holds") {
  const Secrets secrets;
  const auto key = (secrets.scratch / "key").string();
  PersonaProgram engine(secrets.flags({"--state", (secrets.scratch / "state").string(), "--key", key}));
  const auto options = engine_at(engine.host_and_port()) + secrets.options() + " key " + key + "\n";
  {
    const Server server(secrets.scratch, options);
    REQUIRE(wait_for_token(server.dns.address(), names_of_manner(0)[0], {}));
  }
  // No server is there any more that tells it of acts.
  const auto before = end_of_token(engine.http(), "127.0.0.1");
  REQUIRE(before);
  engine.stop();
  engine.start();
  engine.kill();
  engine.start();
  CHECK(end_of_token(engine.http(), "127.0.0.1") == before);
}

TEST_CASE("queries go on while the engine is stopped, and it catches up when it goes on") {
  PersonaProgram engine;
  Scratch scratch;
  const Server server(scratch, engine_at(engine.address().to_string()));
  REQUIRE(server.token(1));
  engine.process().freeze();
  check_nobody_waits(times_of_strangers(server, 2000, 500));
  CHECK(wait_until([&] {
    times_of_strangers(server, 3000, 10);
    return server.circuit() != 0;
  }));
  engine.process().signal(SIGCONT);
  CHECK(wait_until([&] { return server.token(2000) && server.circuit() == 0; }));
  // What was done meanwhile may have been shed; what is done from now on arrives.
  CHECK(wait_until([&] {
    times_of_strangers(server, 4000, 50);
    return metric(engine.http(), "harbinger_persona_engine_events_total") >= 500;
  }));
}

TEST_CASE("nobody waits for an engine that takes a second for each answer") {
  PersonaProgram engine;
  const DelayingProxy proxy(engine.address(), 1s);
  Scratch scratch;
  const Server server(scratch, engine_at(proxy.address().to_string()));
  check_nobody_waits(times_of_strangers(server, 0, 300));
  CHECK(wait_until([&] { return proxy.passed() > 0 && server.circuit() != 0; }));
}

}  // namespace
}  // namespace harbinger
