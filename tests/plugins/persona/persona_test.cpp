#include <catch2/catch.hpp>

#include <harbinger/persona_directory.h>

#include "persona/persona_service.h"
#include "plugins/all.h"
#include "tests/support/drive.h"
#include "tests/support/fake_persona_engine.h"
#include "tests/support/memory_server.h"
#include "tests/support/probe_plugin.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Mood = FakePersonaEngine::Mood;
using Octets = std::vector<std::uint8_t>;

namespace {

// The persona of the client in a TXT record, so that answers tell for whom they were computed.
std::vector<PluginSpec> with_teller() {
  ProbeRoles roles;
  roles.serve = [](const Query& query, Next) -> Task<Reply> {
    Reply reply = Reply::to(query);
    const auto persona = std::to_string(query.persona());
    reply.add_answer(record_from_text(query.name().to_string() + " 300 TXT " + persona).value());
    return ready(std::move(reply));
  };
  auto plugins = all_plugins();
  plugins.push_back(probe("tell", roles));
  return plugins;
}

std::string config(const std::string& options = {}) {
  return ". {\n persona {\n network office 192.0.2.0/24\n network desk 192.0.2.7/32\n " + options +
         "\n }\n cookies\n tell\n}\n";
}

MemoryServer::Asking with_option(const std::string& client, const Octets& data, Transport over = Transport::udp) {
  Octets option{0xff, 0x21, 0, static_cast<std::uint8_t>(data.size())};
  option.insert(option.end(), data.begin(), data.end());
  return {.client = client, .transport = over, .options = option};
}

std::optional<Octets> token_in(const Letter& letter) {
  const auto message = letter.message();
  const auto data = message.edns ? message.edns->option(OptionCode::PERSONA) : std::nullopt;
  if (!data) return std::nullopt;
  return Octets(data->begin(), data->end());
}

std::uint64_t tokens(const MemoryServer& server, const std::string& outcome) {
  for (const auto& sample : server.metrics.collect())
    if (sample.name == "harbinger_persona_tokens_total" && sample.labels == Labels{{"outcome", outcome}})
      return static_cast<std::uint64_t>(sample.value);
  return 0;
}

struct House {
  FakeEngineSource source;
  MemoryServer server;
  explicit House(const std::string& options = {}) : server(config(options), with_teller()) {
    source.engine->make(3, "office");
    source.engine->make(4, "desk");
  }
  std::string told(const std::string& client) {
    const auto letter = server.ask("a.example. TXT", client);
    return letter->arrived
               ? letter->message().answers.at(0).to_string().substr(std::string("a.example. 300 IN TXT ").size())
               : "nothing";
  }
};

}  // namespace

TEST_CASE("a client is of the default persona until the engine has said another, and answers are kept apart") {
  House house;
  CHECK(house.told("192.0.2.1") == "\"0\"");
  CHECK(house.told("203.0.113.1") == "\"0\"");
  house.server.advance(10ms);
  CHECK(house.told("192.0.2.1") == "\"3\"");
  CHECK(house.told("203.0.113.1") == "\"0\"");
  CHECK(house.told("192.0.2.2") == "\"0\"");
  house.server.advance(10ms);
  CHECK(house.told("192.0.2.2") == "\"3\"");
  CHECK(house.server.count("harbinger_cache_hits_total") == 4);
}

TEST_CASE("the engine is told what clients ask, and asked for each stranger once") {
  House house;
  for (int i = 0; i < 5; ++i) house.told("192.0.2.7");
  house.server.ask("Other.Example. A", "192.0.2.7");
  house.server.advance(10ms);
  CHECK(house.source.engine->asked_names() == std::vector<std::string>{"a.example"});
  const auto reported = house.source.engine->reported();
  REQUIRE(reported.size() == 6);
  CHECK(reported.back() == "other.example");
  CHECK(house.source.engine->last_ask().transport == 1);
  CHECK(house.source.engine->last_ask().edns);
  CHECK(house.told("192.0.2.7") == "\"4\"");
}

TEST_CASE("a client that asks for a token gets its own as soon as there is one; nobody else gets any") {
  House house;
  CHECK_FALSE(token_in(*house.server.ask("a.example. TXT", with_option("192.0.2.1", {}))));
  house.server.advance(10ms);
  const auto token = token_in(*house.server.ask("a.example. TXT", with_option("192.0.2.1", {})));
  REQUIRE(token);
  CHECK(token->size() == 16);
  CHECK_FALSE(token_in(*house.server.ask("a.example. TXT", "192.0.2.1")));
  CHECK(token_in(*house.server.ask("a.example. TXT", with_option("192.0.2.1", *token))) == token);
  CHECK(tokens(house.server, "valid") == 1);
  CHECK(tokens(house.server, "wanted") == 2);
  CHECK(tokens(house.server, "given") == 2);
}

TEST_CASE("a token of somebody else is worth nothing, and one that has expired is replaced") {
  House house;
  house.source.engine->life_ms = 300'000;
  house.server.ask("a.example. TXT", with_option("192.0.2.1", {}));
  house.server.ask("a.example. TXT", with_option("203.0.113.1", {}));
  house.server.advance(10ms);
  const auto mine = token_in(*house.server.ask("a.example. TXT", with_option("192.0.2.1", {})));
  REQUIRE(mine);
  const auto theirs = token_in(*house.server.ask("a.example. TXT", with_option("203.0.113.1", *mine)));
  CHECK(theirs != mine);
  CHECK(tokens(house.server, "foreign") == 1);

  house.server.advance(301s);
  house.source.engine->set(Mood::hangs);  // it has a thread of its own, and may be as quick as the reply
  CHECK_FALSE(token_in(*house.server.ask("a.example. TXT", with_option("192.0.2.1", *mine))));
  CHECK(tokens(house.server, "expired") == 1);
  persona::PersonaService::catch_up_all();
  house.source.engine->set(Mood::answers);
  house.source.engine->release();
  house.server.advance(10ms);
  const auto fresh = token_in(*house.server.ask("a.example. TXT", with_option("192.0.2.1", {})));
  REQUIRE(fresh);
  CHECK(fresh != mine);
}

TEST_CASE("an option of another length is counted and otherwise ignored") {
  House house;
  house.told("192.0.2.1");
  house.server.advance(10ms);
  for (const std::size_t size : {1, 15, 17, 200}) {
    const auto letter = house.server.ask("a.example. TXT", with_option("192.0.2.1", Octets(size, 7)));
    CHECK(letter->rcode() == Rcode::NOERROR);
    CHECK_FALSE(token_in(*letter));
  }
  CHECK(tokens(house.server, "malformed") == 4);
}

TEST_CASE("with require_cookie tokens go to proved addresses alone") {
  House house("require_cookie on");
  house.told("192.0.2.1");
  house.server.advance(10ms);
  CHECK_FALSE(token_in(*house.server.ask("a.example. TXT", with_option("192.0.2.1", {}))));
  CHECK(tokens(house.server, "unproved") == 1);
  CHECK(token_in(*house.server.ask("a.example. TXT", with_option("192.0.2.1", {}, Transport::tcp))));
}

TEST_CASE("a subnet of no bits is nobody: it is not asked for, not told of, and has no token") {
  House house;
  auto how = with_option("192.0.2.1", {});
  how.subnet = ClientSubnet{};
  house.server.ask("a.example. TXT", how);
  house.server.advance(10ms);
  CHECK(house.source.engine->calls() == 0);
  CHECK_FALSE(token_in(*house.server.ask("a.example. TXT", how)));
}

TEST_CASE("an engine that hangs, fails or comes late delays no answer and changes none") {
  for (const auto mood : {Mood::hangs, Mood::fails}) {
    House house;
    house.source.engine->set(mood);
    for (int i = 0; i < 300; ++i) {
      CHECK(house.told("192.0.2." + std::to_string(1 + i % 50)) == "\"0\"");
      house.server.advance(20ms);
    }
    CHECK(house.server.count("harbinger_persona_circuit") == 1);
    CHECK(house.source.engine->calls() < 12);
    house.source.engine->set(Mood::answers);
    house.source.engine->release();
    for (int i = 0; i < 10; ++i) {
      house.told("192.0.2.60");
      house.server.advance(10s);
    }
    CHECK(house.told("192.0.2.60") == "\"3\"");
  }
}

TEST_CASE("with `wait` a stranger gets the answer of its persona, which nobody else gets out of the cache") {
  House house("wait 2ms");
  house.source.engine->set(Mood::hangs);
  const auto letter = house.server.ask("a.example. TXT", "192.0.2.1");
  CHECK_FALSE(letter->arrived);
  persona::PersonaService::catch_up_all();
  house.source.engine->set(Mood::answers);
  house.source.engine->release();
  house.server.loop.advance(1ms);
  REQUIRE(letter->arrived);
  CHECK_THAT(letter->answers(), Catch::Contains("\"3\""));

  // Of the default persona, and known as such.
  const auto other = house.server.ask("a.example. TXT", "203.0.113.1");
  house.server.advance(2ms);
  REQUIRE(other->arrived);
  CHECK_THAT(other->answers(), Catch::Contains("\"0\""));
  CHECK(house.told("203.0.113.1") == "\"0\"");
}

TEST_CASE("who waits in vain is answered in time, as default") {
  House house("wait 2ms");
  house.source.engine->set(Mood::hangs);
  const auto letter = house.server.ask("a.example. TXT", "192.0.2.1");
  house.server.loop.advance(1900us);
  CHECK_FALSE(letter->arrived);
  house.server.loop.advance(300us);
  REQUIRE(letter->arrived);
  CHECK_THAT(letter->answers(), Catch::Contains("\"0\""));
  CHECK(house.told("192.0.2.1") == "\"0\"");
}

TEST_CASE("queries are counted by the names of personas") {
  House house;
  house.told("192.0.2.1");
  PersonaUpdate update;
  update.has_catalogue = true;
  update.catalogue = {named_persona(3, "office-worker")};
  house.source.engine->push(update);
  house.server.advance(10ms);
  house.told("192.0.2.1");
  std::map<std::string, double> by_name;
  for (const auto& sample : house.server.metrics.collect())
    if (sample.name == "harbinger_persona_queries_total") by_name[sample.labels.at(0).second] = sample.value;
  CHECK(by_name["default"] == 1);
  CHECK(by_name["office-worker"] == 1);
}

TEST_CASE("two blocks with different engines are an error that says what must be the same") {
  const FakeEngineSource source;
  CHECK_THROWS_WITH(
      MemoryServer("a.example {\n persona\n tell\n}\nb.example {\n persona {\n engine 127.0.0.1:50051\n }\n tell\n}\n",
                   with_teller()),
      Catch::Contains("a process has one persona engine"));
}

TEST_CASE("checking a configuration reads the catalogue and opens no engine") {
  const FakeEngineSource source;
  const Scratch scratch;
  TestWorld world;
  world.context.directory = scratch.path();
  world.context.checking = true;
  const auto error_of = [&](const std::string& options) {
    const auto started = make_plugin("persona {\n" + options + "\n}")->start(world.context);
    return started ? "" : started.error().to_string();
  };
  scratch.write("good", "persona reader {\n fits reading 0.5..\n}\n");
  scratch.write("bad", "persona reader {\n fits nonsense 0.5..\n}\n");
  CHECK(error_of("") == "");
  CHECK(error_of("catalogue good") == "");
  CHECK_THAT(error_of("catalogue bad"), Catch::Contains("bad:2"));
  CHECK_THAT(error_of("catalogue absent"), Catch::Contains("absent"));
  CHECK_THAT(error_of("redis http://store.example"), Catch::Contains("redis://"));
  CHECK(world.metrics.collect().empty());
}
