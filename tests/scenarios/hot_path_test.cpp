// The promise of the query path: a kept answer is given without allocating and without locking, with the usual plugins on.
#include <array>
#include <atomic>

#include <dlfcn.h>
#include <pthread.h>

#include <harbinger/hints.h>
#include <harbinger/worker.h>
#include "persona/persona_service.h"
#include "plugins/all.h"
#include "plugins/mirroring/service.h"
#include "plugins/vm_provisioning/service.h"
#include "tests/support/fake_persona_engine.h"
#include "tests/support/fake_provisioning_engine.h"
#include "tests/support/memory_server.h"
#include "tests/support/probe_plugin.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HARBINGER_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HARBINGER_SANITIZED 1
#endif

namespace {

// The thread that answers; what threads of plugins do in the background is theirs.
constinit thread_local bool counting = false;
std::atomic<int> allocations{0}, locks{0};

void note(std::atomic<int>& what) {
  if (counting) what.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

#ifndef HARBINGER_SANITIZED
// Every way to memory and to a lock goes through here, the libraries' too. The sanitizers have interceptors of their own.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);

void* malloc(std::size_t size) {
  note(allocations);
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  note(allocations);
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  note(allocations);
  return __libc_realloc(old, size);
}
int pthread_mutex_lock(pthread_mutex_t* mutex) {
  static const auto real = reinterpret_cast<int (*)(pthread_mutex_t*)>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  note(locks);
  return real(mutex);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  static const auto real = reinterpret_cast<int (*)(pthread_rwlock_t*)>(dlsym(RTLD_NEXT, "pthread_rwlock_rdlock"));
  note(locks);
  return real(lock);
}
}
#endif

using namespace harbinger;
using namespace harbinger::test;

namespace {

struct Costs {
  int allocations = 0, locks = 0;
};

// What `rounds` queries cost after the first of their kind.
Costs costs_of(MemoryServer& server, std::span<const std::vector<std::uint8_t>> queries, int rounds) {
  std::array<std::uint8_t, 4096> out;
  const auto& zones = *server.chains().ports.at(0).zones;
  const SocketAddress client{IpAddress::parse("127.0.0.1").value(), 5353};
  const std::function<std::unique_ptr<Later>()> later = []() -> std::unique_ptr<Later> { return nullptr; };
  std::size_t octets = 0;
  const auto ask_all = [&] {
    for (const auto& query : queries)
      octets += server.responder->answer({query, client, Transport::udp, server.loop.clock().now()}, zones, out, later);
  };
  ask_all();
  counting = true;
  for (int i = 0; i < rounds; ++i) ask_all();
  counting = false;
  REQUIRE(octets > 0);
  return {allocations.exchange(0), locks.exchange(0)};
}

const char* const kUsualPlugins =
    ". {\n acl {\n allow net 127.0.0.0/8\n block net 0.0.0.0/0\n }\n metrics 127.0.0.1:0\n errors\n what\n}\n";

std::vector<PluginSpec> with_answers(std::string record) {
  auto plugins = all_plugins();
  plugins.push_back(probe("what", answering(std::move(record))));
  return plugins;
}

std::vector<std::vector<std::uint8_t>> some_queries() {
  std::vector<std::vector<std::uint8_t>> queries;
  for (int i = 0; i < 100; ++i) {
    const auto name = Name::parse("Host" + std::to_string(i) + ".example.org.").value();
    queries.push_back(
        make_query(static_cast<std::uint16_t>(i), {name, RRType::A, RRClass::IN}, true, i % 2 ? 1232 : 0, i % 4 == 1));
  }
  return queries;
}

}  // namespace

#ifndef HARBINGER_SANITIZED
TEST_CASE("the counters of this test see allocations and locks") {
  std::string escape;
  counting = true;
  std::string(1000, static_cast<char>(locks.load())).swap(escape);
  std::mutex mutex;
  {
    const std::lock_guard guard(mutex);
  }
  counting = false;
  CHECK(allocations.exchange(0) >= 1);
  CHECK(locks.exchange(0) >= 1);
}
#endif

TEST_CASE("a kept answer is given without allocation and without lock, with acl, cache, metrics and errors on") {
  const WorkerIdentity worker(1);
  MemoryServer server(kUsualPlugins, with_answers("300 A 192.0.2.1"));
  const auto queries = some_queries();
  const auto costs = costs_of(server, queries, 10);
  CHECK(costs.allocations == 0);
  CHECK(costs.locks == 0);
  CHECK(server.count("harbinger_cache_hits_total") == 1000);
}

TEST_CASE("prefetch learns and hints without allocation and without lock on the query path") {
  const WorkerIdentity worker(1);
  MemoryServer server(". {\n prefetch {\n floor 0.05\n skip *logout*\n budget client requests 1000\n }\n what\n}\n",
                      with_answers("300 A 192.0.2.1"));
  // Sessions in which each host follows the one before, so that there is something to hint at.
  for (int session = 0; session < 20; ++session) {
    const auto plain = some_queries();
    costs_of(server, plain, 1);
    server.advance(std::chrono::hours(1));
  }
  auto queries = some_queries();
  for (int i = 0; i < 100; ++i) {
    const auto name = Name::parse("Host" + std::to_string(i) + ".example.org.").value();
    const std::vector<std::uint8_t> asking{0xff, 0x22, 0, 0}, malformed{0xff, 0x22, 0, 1, 0xff};
    queries.push_back(make_query(1, {name, RRType::A, RRClass::IN}, true, 1232, false, i % 10 ? asking : malformed));
  }
  const auto costs = costs_of(server, queries, 3);
  CHECK(costs.allocations == 0);
  CHECK(costs.locks == 0);
  CHECK(server.count("harbinger_prefetch_malformed_total") > 0);
  CHECK(server.count("harbinger_prefetch_predicted_total") > 0);
}

TEST_CASE(
    "persona costs neither allocation nor lock, for strangers and for those who are known, whatever their option "
    "says") {
  const WorkerIdentity worker(1);
  const FakeEngineSource source;
  source.engine->make(3, "here");
  MemoryServer server(". {\n persona {\n network here 127.0.0.0/8\n }\n prefetch\n what\n}\n",
                      with_answers("300 A 192.0.2.1"));
  auto queries = some_queries();
  for (const std::uint8_t size : {0, 16, 5}) {
    std::vector<std::uint8_t> option{0xff, 0x21, 0, size};
    option.resize(4u + size, 1);
    const auto name = Name::parse("www.example.org.").value();
    queries.push_back(make_query(1, {name, RRType::A, RRClass::IN}, true, 1232, false, option));
  }
  auto costs = costs_of(server, queries, 3);
  CHECK(costs.allocations == 0);
  CHECK(costs.locks == 0);
  persona::PersonaService::catch_up_all();
  costs = costs_of(server, queries, 3);
  CHECK(costs.allocations == 0);
  CHECK(costs.locks == 0);
  CHECK(server.count("harbinger_persona_known_clients") == 1);
  CHECK(server.count("harbinger_persona_tokens_total") > 8);
  CHECK(server.count("harbinger_persona_unknown_total") > 0);

  // It expires, and the client is a stranger again.
  server.advance(std::chrono::minutes(30));
  costs = costs_of(server, queries, 1);
  CHECK(costs.allocations == 0);
  CHECK(costs.locks == 0);
}

TEST_CASE("refused and malformed queries cost neither allocation nor lock") {
  const WorkerIdentity worker(1);
  MemoryServer server("example.org {\n acl {\n block net 127.0.0.0/8\n }\n metrics 127.0.0.1:0\n errors\n what\n}\n",
                      with_answers("300 A 192.0.2.1"));
  auto queries = some_queries();
  queries.push_back(make_query(1, {Name::parse("elsewhere.example.").value(), RRType::A, RRClass::IN}));
  queries.push_back({1, 2, 3});
  queries.push_back(std::vector<std::uint8_t>(40, 0xff));
  const auto costs = costs_of(server, queries, 10);
  CHECK(costs.allocations == 0);
  CHECK(costs.locks == 0);
}

TEST_CASE("hints are asked for, written and read without allocation, malformed ones too") {
  const Hint hints[] = {{.resource = "a-name-of-some-length.example.org", .confidence = 0.5f, .size_bytes = 14200},
                        {.resource = "https://www.example.org/film", .range = ByteRange{65536, 65536}, .in_ms = 350}};
  std::array<std::uint8_t, kMaxUnprovedHintBytes> out;
  const std::array<std::uint8_t, 4> unknown{9, 0, 0, 0}, impossible{1, 0, 8, 255};
  const std::array<std::uint8_t, 5> cut_short{1, 0, 8, 0, 1};
  int seen = 0;
  counting = true;
  for (const std::span<const std::uint8_t> data : {std::span<const std::uint8_t>(unknown), {impossible}, {cut_short}})
    seen += parse_hint_request(data) ? 10 : 0;
  const auto size = write_hints(hints, "www.example.org.", out);
  HintReader reader{std::span(out).first(size), "www.example.org."};
  while (reader.next()) ++seen;
  HintReader damaged{std::span(out).first(size - 1), "www.example.org."};
  while (damaged.next()) ++seen;
  counting = false;
  CHECK(seen == 3);
  CHECK(allocations.exchange(0) == 0);
  CHECK(locks.exchange(0) == 0);
}

TEST_CASE("steering costs neither allocation nor lock, with every filter on") {
  const WorkerIdentity worker(1);
  std::string endpoints, names;
  for (int i = 0; i < 8; ++i) {
    const auto name = "e" + std::to_string(i);
    endpoints += "endpoint " + name + " address 192.0.2." + std::to_string(i + 1) + " position " +
                 std::to_string(10 * i) + " 20 cost " + std::to_string(i) + "\n";
    names += " " + name;
  }
  MemoryServer server(
      "example.org {\n cdn_select {\n" + endpoints + "pool p endpoint" + names +
          "\nfilter p up\nfilter p shed_load\nfilter p persona\nfilter p geo 9000\nfilter p latency 0.5\n"
          "filter p cost 2\nfilter p sticky\nfilter p select_first 2\n"
          "application a pool p template {resource}.example.org\n}\n}\n",
      all_plugins());
  const auto costs = costs_of(server, some_queries(), 10);
  CHECK(costs.allocations == 0);
  CHECK(costs.locks == 0);
  CHECK(server.count("harbinger_cdn_select_choices_total") == 1100);
}

TEST_CASE("mirroring costs neither allocation nor lock, for what is mirrored and for what is only counted") {
  const WorkerIdentity worker(1);
  const Scratch folder;
  MemoryServer server(
      "example.org {\n mirroring {\n mirror {resource}.example.org http://{name}/ origin 127.0.0.1:9\n"
      "cluster here clients 127.0.0.0/8\n }\n what\n}\n",
      with_answers("300 A 192.0.2.1"), folder.path());
  const auto* clock = &server.loop.clock();
  const auto service =
      mirroring::MirrorService::shared(
          {.state = folder / "mirroring",
           .rules = {{"{resource}.example.org", {"http://{name}/"}, "", SocketAddress::parse("127.0.0.1:9").value()}},
           .clusters = {"here"}},
          {clock, &server.metrics, {}})
          .value();
  const auto hub = edge::EdgeHub::make({}, {.clock = clock,
                                            .metrics = &server.metrics,
                                            .steering = steer::SteeringService::shared({clock, &server.metrics, {}})});
  REQUIRE(wait_until([&] { return service->engine() != nullptr; }));
  for (int i = 0; i < 50; ++i)
    service->own().publish({.resource = "host" + std::to_string(i) + ".example.org",
                            .cluster = "here",
                            .servers = {{.server = "e", .addresses = {IpAddress::parse("192.0.2.9").value()}}},
                            .version = 1},
                           {});
  const auto costs = costs_of(server, some_queries(), 10);
  CHECK(costs.allocations == 0);
  CHECK(costs.locks == 0);
  CHECK(server.ask("host1.example.org. A", "127.0.0.1")->ede() == EdeCode::mirrored);
  CHECK_FALSE(server.ask("host99.example.org. A", "127.0.0.1")->ede());
  service->engine()->plan_soon();
  CHECK(wait_until([&] {
    const auto why = service->engine()->why("host99.example.org", "here");
    return !why.empty() && why[0].now >= 11;  // requests a minute
  }));
}

TEST_CASE("vm_provisioning costs neither allocation nor lock, with an instance and without, whatever tag is shown") {
  const WorkerIdentity worker(1);
  FakeProvisioningEngine* engine = nullptr;
  const vm_provisioning::EngineSource source(
      [&](auto settings, auto world) -> Result<std::unique_ptr<provision::ProvisioningEngine>> {
        auto made = std::make_unique<FakeProvisioningEngine>(std::move(settings), std::move(world));
        engine = made.get();
        return made;
      });
  const Scratch folder;
  MemoryServer server(
      "example.org {\n vm_provisioning on {\n name {cpt}.{resource}.example.org pool small\n"
      "pool small waiting_room 192.0.2.1\n command small /bin/true\n }\n what\n}\n",
      with_answers("300 A 192.0.2.2"), folder.path());
  engine->fall_back(0, provision::Assignment::Kind::waiting, "192.0.2.1");
  auto queries = some_queries();
  const auto add = [&](const std::string& name, std::vector<std::uint8_t> option) {
    queries.push_back(
        make_query(1, {Name::parse(name).value(), RRType::A, RRClass::IN}, true, 1232, false, std::move(option)));
  };
  add("cpt-0123456789abcdefghjkmnpq.host1.example.org.", {});
  add("host1.example.org.", {0xff, 0x23, 0, 0});
  add("host1.example.org.", {0xff, 0x23, 0, 2, 'x', 'y'});
  CHECK(server.ask("host1.example.org. A", "127.0.0.1")->ede() == EdeCode::capacity_warming);
  const auto wish = engine->wishes().at(0).wish;
  engine->quiet = true;
  for (const bool ready : {false, true}) {
    if (ready) engine->give(wish, "192.0.2.9");
    const auto costs = costs_of(server, queries, 10);
    CHECK(costs.allocations == 0);
    CHECK(costs.locks == 0);
  }
  CHECK_FALSE(server.ask("host1.example.org. A", "127.0.0.1")->ede());
}

TEST_CASE("cookies cost neither allocation nor lock, whatever clients send") {
  const WorkerIdentity worker(1);
  MemoryServer server(
      "example.org {\n cookies\n what\n}\nexample.net {\n cookies {\n require 127.0.0.0/8\n under_load 10\n }\n "
      "what\n}\n",
      with_answers("300 A 192.0.2.1"));
  std::vector<std::vector<std::uint8_t>> queries;
  for (const auto* name : {"a.example.org.", "a.example.net."}) {
    for (const std::size_t size : {0, 8, 9, 24, 40}) {
      std::vector<std::uint8_t> option{0, 10, 0, static_cast<std::uint8_t>(size)};
      option.resize(4 + size, 1);
      queries.push_back(make_query(1, {Name::parse(name).value(), RRType::A, RRClass::IN}, true, 1232, false, option));
    }
    queries.push_back(make_query(1, {Name::parse(name).value(), RRType::A, RRClass::IN}));
  }
  const auto costs = costs_of(server, queries, 10);
  CHECK(costs.allocations == 0);
  CHECK(costs.locks == 0);
  CHECK(server.count("harbinger_cookies_invalid_total") > 0);
  CHECK(server.count("harbinger_cookies_badcookie_total") > 0);
}
