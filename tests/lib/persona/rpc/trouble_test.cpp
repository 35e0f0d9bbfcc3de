// What goes wrong between two processes, and what is said of it.
#include <catch2/catch.hpp>

#include "persona/rpc/keeper.h"
#include "tests/lib/persona/rpc/raw_call.h"
#include "tests/lib/persona/rpc/rpc_pair.h"

using namespace harbinger;
using namespace harbinger::persona;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

const std::string kService = "/harbinger.persona.v1.PersonaEngine/";

class ScriptedRandom final : public Random {
 public:
  std::uint64_t next() override { return value; }
  std::uint64_t value = 0;
};

}  // namespace

TEST_CASE("another version of the service is told which one is spoken") {
  const RpcPair pair;
  for (const auto* method : {"Assign", "Explain"}) {
    const auto answer = raw_call(pair.address(), std::string("/harbinger.persona.v2.PersonaEngine/") + method, {""});
    CHECK(answer.code == "UNIMPLEMENTED");
    CHECK(answer.message == "this engine speaks harbinger.persona.v1");
  }
}

TEST_CASE("reflection tells of the service") {
  const RpcPair pair;
  // list_services: ""
  const auto answer = raw_call(pair.address(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                               {std::string("\x3a\0", 2)});
  CHECK(answer.code == "OK");
  REQUIRE(answer.octets.size() == 1);
  CHECK(answer.octets[0].find("harbinger.persona.v1.PersonaEngine") != std::string::npos);
}

TEST_CASE("health tells of the service by its name, and of no other") {
  const RpcPair pair;
  const std::string name = "harbinger.persona.v1.PersonaEngine";
  const auto answer = raw_call(pair.address(), "/grpc.health.v1.Health/Check",
                               {"\x0a" + std::string(1, static_cast<char>(name.size())) + name});
  CHECK(answer.octets == std::vector<std::string>{"\x08\x01"});
  CHECK(raw_call(pair.address(), "/grpc.health.v1.Health/Check", {"\x0a\x01x"}).code == "other");
}

TEST_CASE("a batch that is too large is refused whole, with both numbers") {
  const RpcPair pair;
  const auto answer = raw_call(pair.address(), kService + "Report", {empty_batch(4096), empty_batch(4097)});
  CHECK(answer.code == "INVALID_ARGUMENT");
  CHECK(answer.message == "a batch of 4097 events; at most 4096 are taken");
  CHECK(pair.engine->told().size() == 4096);
  CHECK(raw_call(pair.address(), kService + "Assign", {empty_batch(5000)}).message ==
        "a batch of 5000 asks; at most 4096 are taken");
  CHECK(pair.engine->asked().empty());
}

TEST_CASE("a message over four megabytes is refused") {
  const RpcPair pair;
  const auto answer = raw_call(pair.address(), kService + "Report", {empty_batch(3 << 20)});
  CHECK(answer.code == "RESOURCE_EXHAUSTED");
  CHECK(pair.engine->told().empty());
}

TEST_CASE("octets that are no batch end their stream with a reason") {
  const RpcPair pair;
  const auto answer = raw_call(pair.address(), kService + "Report", {"\x12\x7fnot so long"});
  CHECK(answer.code == "INVALID_ARGUMENT");
  CHECK(answer.message == "this is no harbinger.persona.v1.ReportRequest");
}

TEST_CASE("a client does not send what is too large") {
  const RpcPair pair;
  const auto client = pair.client();
  const std::vector<PersonaAsk> asks(4097);
  const auto answer = assign(*client, asks);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::too_large);
  CHECK(assign(*client));
}

TEST_CASE("an engine's own trouble comes as what it is, and the next batch is answered again") {
  RpcPair pair;
  pair.engine->trouble = Error{ErrorCode::timeout, "the network is slow"};
  const auto client = pair.client();
  CHECK(assign(*client).error().message == "the network is slow");
  CHECK(assign(*client).error().code == ErrorCode::timeout);
  pair.engine->trouble.reset();
  CHECK(wait_until([&] { return assign(*client).has_value(); }));
}

TEST_CASE("more streams than there may be are refused, and room comes back") {
  RpcServerSettings settings;
  settings.most_streams = 2;
  RpcPair pair(settings);
  const auto first = pair.client();  // one stream for asks, one for events
  const auto event = good_event();
  REQUIRE(assign(*first));
  REQUIRE(report(*first, std::span(&event, 1)));
  const auto answer = raw_call(pair.address(), kService + "Report", {empty_batch(1)});
  CHECK(answer.code == "RESOURCE_EXHAUSTED");
  CHECK(answer.message == "no room for another stream");
}

TEST_CASE("a client of an engine that is not there fails at once with unreachable, again and again") {
  std::string address;
  {
    const RpcPair gone;
    address = gone.address();
  }
  RpcClientSettings settings;
  settings.address = address;
  settings.patience = 10s;
  const auto client = connect_engine(settings).value();
  for (int i = 0; i < 100; ++i) {
    const auto answer = assign(*client);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::unreachable);
  }
  const auto event = good_event();
  CHECK(report(*client, std::span(&event, 1)).error().code == ErrorCode::unreachable);
  CHECK(explain(*client, 1).error().code == ErrorCode::unreachable);
  CHECK_FALSE(client->state().reachable);
  CHECK_FALSE(client->state().trouble.empty());
}

TEST_CASE("an engine that stops answers what is in work, and fails nothing silently") {
  RpcPair pair;
  const auto client = pair.client();
  REQUIRE(assign(*client));
  pair.engine->hold();
  Awaited<Assigned> in_work;
  PersonaAsk ask;
  client->assign(std::span(&ask, 1), in_work.taker());
  REQUIRE(wait_until([&] { return pair.engine->asked().size() == 2; }));
  std::thread stopping([&] { pair.server->stop(); });
  pair.engine->let_go();
  stopping.join();
  // Answered, or ended with the stream: in either case once.
  const auto answer = in_work.get();
  CHECK((answer || answer.error().code == ErrorCode::unreachable));
  CHECK(wait_until([&] { return !assign(*client); }));
  CHECK(assign(*client).error().code == ErrorCode::unreachable);
  CHECK(in_work.times() == 1);
}

TEST_CASE("an engine that dies in the middle of a stream fails what waits, and one that comes back is found") {
  RpcServerSettings settings;
  settings.grace = 0ms;
  auto pair = std::make_unique<RpcPair>(settings);
  const auto address = SocketAddress::parse(pair->address()).value();
  const auto client = pair->client();
  std::atomic<int> updates = 0;
  const auto watching = client->watch([&](const PersonaUpdate&) { ++updates; });
  pair->engine->first_update.assignments.resize(1);
  REQUIRE(assign(*client));
  pair->engine->hold();
  Awaited<Assigned> waiting;
  PersonaAsk ask;
  client->assign(std::span(&ask, 1), waiting.taker());
  REQUIRE(wait_until([&] { return pair->engine->asked().size() == 2; }));
  pair->server->stop();
  CHECK(waiting.get().error().code == ErrorCode::unreachable);
  pair.reset();

  settings.listen = {address};
  const RpcPair again(settings);
  again.engine->first_update.assignments.resize(1);
  CHECK(wait_until([&] { return assign(*client).has_value(); }));
  CHECK(wait_until([&] { return client->state().reachable; }));
  const auto before = updates.load();
  CHECK(wait_until([&] {
    again.engine->push(again.engine->first_update);
    return updates > before;
  }));
}

TEST_CASE("an engine that takes batches and never answers them is given up after three, and tried again") {
  RpcPair pair;
  auto settings = pair.settings();
  settings.patience = 50ms;
  settings.longest_pause = 50ms;
  const auto client = connect_engine(settings).value();
  REQUIRE(wait_until([&] { return assign(*client).has_value(); }));
  pair.engine->hold();
  for (int i = 0; i < 3; ++i) CHECK(assign(*client).error().code == ErrorCode::timeout);
  CHECK(
      wait_until([&] { return !client->state().reachable || assign(*client).error().code == ErrorCode::unreachable; }));
  pair.engine->let_go();
  CHECK(wait_until([&] { return assign(*client).has_value(); }));
}

TEST_CASE("beyond what may be in flight events are shed and asks fail") {
  RpcPair pair;
  auto settings = pair.settings();
  settings.most_in_flight = 2;
  const auto client = connect_engine(settings).value();
  REQUIRE(assign(*client));
  const auto event = good_event();
  REQUIRE(report(*client, std::span(&event, 1)));
  pair.engine->hold();
  PersonaAsk ask;
  std::array<Awaited<Assigned>, 2> asks;
  std::array<Awaited<Result<PersonaEngine::Receipt>>, 2> reports;
  for (int i = 0; i < 2; ++i) {
    client->assign(std::span(&ask, 1), asks[static_cast<std::size_t>(i)].taker());
    client->report(std::span(&event, 1), reports[static_cast<std::size_t>(i)].taker());
  }
  CHECK(assign(*client).error().code == ErrorCode::timeout);
  const auto receipt = report(*client, std::span(&event, 1));
  REQUIRE(receipt);
  CHECK(receipt->shed == 1);
  CHECK(receipt->taken == 0);
  pair.engine->let_go();
  for (auto& one : asks) CHECK(one.get());
  for (auto& one : reports) CHECK(one.get());
}

TEST_CASE("a client that ends calls back once for all that waits, and its watchers no more") {
  RpcPair pair;
  auto client = pair.client();
  REQUIRE(assign(*client));
  std::atomic<int> updates = 0;
  const auto watching = client->watch([&](const PersonaUpdate&) { ++updates; });
  REQUIRE(wait_until([&] { return pair.engine->watchers() == 1; }));
  pair.engine->hold();
  Awaited<Assigned> waiting;
  PersonaAsk ask;
  client->assign(std::span(&ask, 1), waiting.taker());
  client.reset();
  CHECK(waiting.get().error().code == ErrorCode::unreachable);
  CHECK(waiting.times() == 1);
  const auto before = updates.load();
  PersonaUpdate update;
  update.assignments.resize(1);
  pair.engine->push(update);
  CHECK(wait_until([&] { return pair.engine->watchers() == 0; }));
  CHECK(updates == before);
}

TEST_CASE("a watcher that drops its handle is not called any more") {
  RpcPair pair;
  const auto client = pair.client();
  std::atomic<int> updates = 0;
  auto watching = client->watch([&](const PersonaUpdate&) { ++updates; });
  PersonaUpdate update;
  update.assignments.resize(1);
  REQUIRE(wait_until([&] {
    pair.engine->push(update);
    return updates > 0;
  }));
  watching.reset();
  const auto before = updates.load();
  pair.engine->push(update);
  CHECK(wait_until([&] { return pair.engine->watchers() == 0; }));
  CHECK(updates == before);
}

TEST_CASE("a watcher that does not read is cut off when too much waits for it, and others go on") {
  RpcServerSettings settings;
  settings.watch_octets = 1 << 20;
  RpcPair pair(settings);
  const auto client = pair.client();
  std::atomic<std::size_t> got = 0;
  const auto watching = client->watch([&](const PersonaUpdate& update) { got += update.assignments.size(); });
  const StuckWatcher stuck(pair.address());
  REQUIRE(wait_until([&] { return pair.engine->watchers() == 2; }));
  PersonaUpdate update;
  update.assignments.assign(10'000, {1, 2, {1}, 3, 0.5F});
  std::size_t pushed = 0;
  CHECK(wait_until([&] {
    pair.engine->push(update);
    pushed += update.assignments.size();
    // The one that reads keeps up before more is pushed.
    wait_until([&] { return got == pushed; });
    return pair.engine->watchers() == 1;
  }));
  CHECK(got == pushed);
}

TEST_CASE("two engines cannot share a port by chance") {
  const RpcPair pair;
  RpcServerSettings settings;
  settings.listen = {SocketAddress::parse(pair.address()).value()};
  const auto second = serve_engine(std::make_shared<FakeEngine>(), settings);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::conflict);
  CHECK(second.error().message.find(pair.address()) != std::string::npos);
}

TEST_CASE("pauses grow to the longest, are up to half shorter by chance, and begin anew") {
  Pauses pauses(100ms, 350ms);
  ScriptedRandom random;
  CHECK(pauses.next(random) == 100ms);
  CHECK(pauses.next(random) == 200ms);
  CHECK(pauses.next(random) == 350ms);
  CHECK(pauses.next(random) == 350ms);
  pauses.reset();
  random.value = std::uint64_t{1} << 63;
  const auto shorter = pauses.next(random);
  CHECK(shorter >= 50ms);
  CHECK(shorter < 100ms);
}

TEST_CASE("batches that the engine has not answered do not keep it when its server is gone") {
  RpcServerSettings settings;
  settings.grace = 0ms;
  auto pair = std::make_unique<RpcPair>(settings);
  const auto client = pair->client();
  pair->engine->hold();
  Awaited<Assigned> waiting;
  const PersonaAsk ask;
  client->assign(std::span(&ask, 1), waiting.taker());
  REQUIRE(wait_until([&] { return pair->engine->asked().size() == 1; }));
  const auto engine = pair->engine;
  pair->server.reset();
  CHECK(engine.use_count() == 2);  // the pair's and ours
  CHECK_FALSE(waiting.get());
}
