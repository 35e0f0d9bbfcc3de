#include <catch2/catch.hpp>

#include "plugins/all.h"
#include "tests/support/fake_persona_engine.h"
#include "tests/support/memory_server.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

const std::string kHosts = " hosts {\n ttl 300s\n 192.0.2.1 www.example\n 192.0.2.2 light.example\n }\n}\n";

std::string config(const std::string& rules) {
  return ". {\n persona {\n network phones 198.51.100.0/24\n network robots 203.0.113.0/24\n }\n rewrite {\n " + rules +
         "\n }\n" + kHosts;
}

// Two personas, and everybody else.
struct House {
  FakeEngineSource source;
  MemoryServer server;
  explicit House(const std::string& rules) : server(config(rules), all_plugins()) {
    source.engine->make(2, "phones");
    source.engine->make(3, "robots");
    PersonaUpdate update;
    update.has_catalogue = true;
    update.catalogue = {named_persona(2, "mobile-video"), named_persona(3, "crawler")};
    source.engine->push(update);
  }
  // Strangers' first answers are those of `default`.
  void meet(const std::string& client) {
    server.ask("unrelated.example. A", client);
    server.advance(10ms);
  }
  std::string ask(const std::string& question, const std::string& client) {
    return server.ask(question, client)->answers();
  }
};

const std::string kPhone = "198.51.100.1", kRobot = "203.0.113.1", kOther = "192.0.2.77";

}  // namespace

TEST_CASE("two personas get two answers, and neither leaks out of the cache to the other") {
  House house("name exact www.example. light.example. persona mobile-video");
  for (const auto& client : {kPhone, kRobot, kOther}) house.meet(client);
  for (int round = 0; round < 3; ++round) {
    CHECK(house.ask("www.example. A", kPhone) == "www.example. 300 IN A 192.0.2.2\n");
    CHECK(house.ask("www.example. A", kRobot) == "www.example. 300 IN A 192.0.2.1\n");
    CHECK(house.ask("www.example. A", kOther) == "www.example. 300 IN A 192.0.2.1\n");
  }
  CHECK(house.server.count("harbinger_rewrite_names_total") == 1);
}

TEST_CASE("a client whose persona is taken back gets the answer of everybody at once") {
  House house("name exact www.example. light.example. persona mobile-video");
  house.meet(kPhone);
  CHECK(house.ask("www.example. A", kPhone) == "www.example. 300 IN A 192.0.2.2\n");
  PersonaUpdate update;
  update.assignments = {{.client = house.source.engine->last_ask().client}};
  house.source.engine->push(update);
  CHECK(house.ask("www.example. A", kPhone) == "www.example. 300 IN A 192.0.2.1\n");
}

TEST_CASE("names that no rule with a persona speaks of are kept once for all") {
  House house("name exact www.example. light.example. persona mobile-video");
  for (const auto& client : {kPhone, kRobot}) house.meet(client);
  house.ask("light.example. A", kPhone);
  const auto hits = house.server.count("harbinger_cache_hits_total");
  house.ask("light.example. A", kRobot);
  CHECK(house.server.count("harbinger_cache_hits_total") == hits + 1);
}

TEST_CASE("TTLs are limited by persona, the first rule that holds counts") {
  House house("ttl 0 20 persona crawler\n ttl 400 1000");
  for (const auto& client : {kPhone, kRobot}) house.meet(client);
  CHECK(house.ask("www.example. A", kRobot) == "www.example. 20 IN A 192.0.2.1\n");
  CHECK(house.ask("www.example. A", kPhone) == "www.example. 400 IN A 192.0.2.1\n");
}

TEST_CASE("a name that would grow too long is left alone") {
  const std::string label(60, 'x');
  const auto target = label + "." + label + "." + label + ".example.";
  MemoryServer server(". {\n rewrite {\n name suffix example. " + target + "\n }\n whoami\n}\n", all_plugins());
  const auto name = label + "." + label + ".example.";
  CHECK(server.ask(name + " A")->rcode() == Rcode::NOERROR);
  CHECK(server.count("harbinger_rewrite_names_total") == 0);
  server.ask("a.example. A");
  CHECK(server.count("harbinger_rewrite_names_total") == 1);
}

TEST_CASE("a lower bound above the upper one is an error") {
  CHECK_THROWS_WITH(MemoryServer(". {\n rewrite {\n ttl 60 30\n }\n whoami\n}\n", all_plugins()),
                    Catch::Contains("the lower bound comes first"));
}
