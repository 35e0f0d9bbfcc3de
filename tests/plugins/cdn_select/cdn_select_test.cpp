#include <catch2/catch.hpp>

#include <harbinger/troubled.h>
#include "plugins/all.h"
#include "steer/steering_service.h"
#include "tests/support/dns_client.h"
#include "tests/support/fake_persona_engine.h"
#include "tests/support/http_client.h"
#include "tests/support/memory_server.h"
#include "tests/support/process.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Witness = steer::EndpointBook::Witness;

namespace {

const std::string kEndpoints =
    "endpoint own address 192.0.2.10 provider own\n"
    "endpoint north address 198.51.100.10 2001:db8::10 target n.cdn.test country SE provider north port 8443\n"
    "endpoint south address 203.0.113.10 country IT provider south\n";
const std::string kPools =
    "pool default endpoint own\npool cdn endpoint north south\nfilter default up\nfilter cdn up\n"
    "filter cdn shed_load 0.7 0.9\nfilter cdn persona\n";
const std::string kApplications =
    "template {resource}.{type}.{app}.cdn.example\napplication shop pool default ratio 1.5\n"
    "type shop video ratio 40 size 4MB\nwhen cdn ratio 10 preference on\n";

// One server, its time, and the steering of that time.
struct House {
  MemoryServer server;
  std::shared_ptr<steer::SteeringService> service;

  explicit House(const std::string& config = kEndpoints + kPools + kApplications + "filter cdn select_first 2\n",
                 const std::string& before = {}, const std::string& behind = {})
      : server("cdn.example {\n " + before + "cdn_select {\n" + config + "}\n" + behind + "}\n", all_plugins()),
        service(steer::SteeringService::shared({&server.loop.clock(), &server.metrics, {}})) {
    service->catch_up();
  }
  std::string ask(const std::string& question) { return server.ask(question)->answers(); }
};

std::string fault(const std::string& config, const std::string& zone = "cdn.example") {
  try {
    const MemoryServer server(zone + " {\n cdn_select {\n" + config + "}\n}\n", all_plugins());
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("the data ratio of a resource's type selects the pool, else the usual one answers") {
  House house;
  CHECK(house.ask("a.page.shop.cdn.example. A") == "a.page.shop.cdn.example. 60 IN A 192.0.2.10\n");
  CHECK(house.ask("A.Video.Shop.cdn.example. A") ==
        "A.Video.Shop.cdn.example. 60 IN CNAME n.cdn.test.\nn.cdn.test. 60 IN A 198.51.100.10\n");
}

TEST_CASE("an answer to a subnet says that it is for all of that subnet and no other") {
  House house;
  const auto asked =
      house.server.ask("a.page.shop.cdn.example. A", {.subnet = ClientSubnet{*IpAddress::parse("203.0.113.0"), 24, 0}});
  CHECK_THAT(asked->text(), Contains("203.0.113.0/24/24"));
}

TEST_CASE("names that no template holds for are the next plugin's") {
  House house;
  CHECK(house.server.ask("www.cdn.example. A")->rcode() == Rcode::REFUSED);
  CHECK(house.server.ask("a.page.unheard.cdn.example. A")->rcode() == Rcode::REFUSED);
}

TEST_CASE("SVCB and HTTPS name all that are given, best first; other types get the CNAME, or nothing with a SOA") {
  House house;
  CHECK(house.ask("a.video.shop.cdn.example. HTTPS") ==
        "a.video.shop.cdn.example. 60 IN HTTPS 1 n.cdn.test. port=\"8443\" ipv4hint=\"198.51.100.10\" "
        "ipv6hint=\"2001:db8::10\"\n"
        "a.video.shop.cdn.example. 60 IN HTTPS 2 . ipv4hint=\"203.0.113.10\"\n");
  CHECK(house.ask("a.video.shop.cdn.example. TXT") == "a.video.shop.cdn.example. 60 IN CNAME n.cdn.test.\n");
  const auto nothing = house.server.ask("a.page.shop.cdn.example. AAAA");
  CHECK(nothing->rcode() == Rcode::NOERROR);
  CHECK(nothing->answers().empty());
  CHECK_THAT(nothing->text(), Contains("SOA"));
}

TEST_CASE("an endpoint that goes down is in no answer any more, from the cache either, and TTLs tell of the unrest") {
  House house;
  const std::string question = "a.video.shop.cdn.example. A";
  for (int i = 0; i < 3; ++i) CHECK_THAT(house.ask(question), Contains("n.cdn.test"));
  house.service->book().say_up("north", Witness::probe, false, "connection refused");
  CHECK(house.ask(question) == "a.video.shop.cdn.example. 17 IN A 203.0.113.10\n");
  house.service->book().say_up("north", Witness::probe, true, "ok");
  CHECK(house.ask(question) == "a.video.shop.cdn.example. 5 IN CNAME n.cdn.test.\nn.cdn.test. 5 IN A 198.51.100.10\n");
}

TEST_CASE("when all are down, backup says who is given") {
  const auto with = [](const std::string& backup) {
    House house(kEndpoints + "pool p endpoint own south backup " + backup +
                "\nfilter p up\napplication shop pool p template www.cdn.example\n");
    for (const auto* name : {"own", "south"}) house.service->book().say_up(name, Witness::feed, false, "told");
    auto answers = house.ask("www.cdn.example. A");
    CHECK(house.server.count("harbinger_cdn_select_backups_total") == 1);
    return answers;
  };
  CHECK(with("all") == "www.cdn.example. 5 IN A 192.0.2.10\nwww.cdn.example. 5 IN A 203.0.113.10\n");
  CHECK(with("empty").empty());
  CHECK_THAT(with("random"), Contains(" 5 IN A "));
}

TEST_CASE("a full endpoint is given to nobody while another is there") {
  House house;
  house.service->book().say_load("north", 0.95);
  house.service->book().say_load("south", 0.3);
  house.service->catch_up();
  CHECK_THAT(house.ask("a.video.shop.cdn.example. A"), Contains("203.0.113.10"));
}

TEST_CASE("what nobody can serve is in trouble at once, and no longer when somebody can") {
  House house;
  const auto say = [&](bool up) {
    for (const auto* name : {"own", "north", "south"}) house.service->book().say_up(name, Witness::feed, up, "told");
  };
  CHECK_FALSE(troubled().is("a.video.shop.cdn.example"));
  say(false);
  CHECK(troubled().is("a.video.shop.cdn.example"));
  CHECK_FALSE(troubled().is("www.cdn.example"));
  say(true);
  CHECK_FALSE(troubled().is("a.video.shop.cdn.example"));
}

TEST_CASE("a persona that prefers a location gets the pool of the rule, and the endpoints there") {
  FakeEngineSource source;
  House house(kEndpoints + kPools + kApplications, "", "persona {\n network phones 198.51.100.0/24\n }\n");
  source.engine->make(2, "phones");
  auto southern = named_persona(2, "southern");
  southern.location = "IT";
  PersonaUpdate update;
  update.has_catalogue = true;
  update.catalogue = {southern};
  source.engine->push(update);
  house.service->catch_up();
  house.server.ask("unrelated.cdn.example. A", "198.51.100.1");
  house.server.advance(10ms);
  const auto ask = [&](const char* client) {
    return house.server.ask("a.page.shop.cdn.example. A", client)->answers();
  };
  for (int i = 0; i < 2; ++i) {
    CHECK_THAT(ask("198.51.100.1"), Contains("203.0.113.10"));
    CHECK_THAT(ask("192.0.2.77"), Contains("192.0.2.10"));
  }
}

TEST_CASE("a name that another plugin asks for is answered for the client as well") {
  House house(kEndpoints + kPools + kApplications,
              "rewrite {\n name exact www.cdn.example. a.page.shop.cdn.example.\n }\n ");
  for (int i = 0; i < 2; ++i) CHECK(house.ask("www.cdn.example. A") == "www.cdn.example. 60 IN A 192.0.2.10\n");
  house.service->book().say_up("own", Witness::probe, false, "refused");
  house.service->catch_up();
  CHECK_THAT(house.ask("www.cdn.example. A"), Contains(" 5 IN A 192.0.2.10"));
}

TEST_CASE("a name that was rewritten to one of another type is answered from that type's pool") {
  House house(kEndpoints + kPools + kApplications,
              "rewrite {\n name exact a.page.shop.cdn.example. a.video.shop.cdn.example.\n }\n ");
  for (int i = 0; i < 2; ++i) CHECK_THAT(house.ask("a.page.shop.cdn.example. A"), Contains("198.51.100.10"));
}

TEST_CASE("why a client is sent where it is can be asked for a persona that there is, and for no other") {
  const auto http = loopback(free_port());
  House house(kEndpoints + kPools + kApplications + "http " + http.to_string() + "\n");
  house.service->book().say_up("north", Witness::probe, false, "refused");
  const auto why = [&](const std::string& rest) { return http_get(http, "/steer/why?client=192.0.2.1&name=" + rest); };
  const auto told = why("a.video.shop.cdn.example");
  CHECK_THAT(told, Contains("type video") && Contains("is above 10") && Contains("without north: down"));
  CHECK(why("a.video.shop.cdn.example&persona=default") == told);
  CHECK_THAT(why("a.video.shop.cdn.example&persona=gamer"), Contains(" 400 ") && Contains("no persona \"gamer\""));
  CHECK_THAT(why("www.cdn.example"), Contains(" 404 ") && Contains("no template of cdn_select"));
  CHECK_THAT(http_get(http, "/steer/endpoints"), Contains("north") && Contains("down") && Contains("refused"));
}

TEST_CASE("what contradicts itself is told at the start, with what would be right") {
  const std::string good = kEndpoints + kPools;
  CHECK_THAT(fault(good + "filter cdn up\n"), Contains("twice"));
  CHECK_THAT(fault(good + "filter nobody up\n"), Contains("no pool \"nobody\""));
  CHECK_THAT(fault(good + "filter cdn shed_load 0.5\n"), Contains("two loads"));
  CHECK_THAT(fault(good + "pool cdn endpoint own\n"), Contains("stands twice"));
  CHECK_THAT(fault(good + "application shop pool nowhere template a.b\n"), Contains("no pool \"nowhere\""));
  CHECK_THAT(fault(good + "application shop pool cdn\n"), Contains("no template"));
  CHECK_THAT(fault(good + "application shop template a.b\n"), Contains("write `pool NAME`"));
  CHECK_THAT(fault(good + "template www.cdn.example\n"), Contains("needs {app}"));
  CHECK_THAT(fault(good + "type shop video\n"), Contains("no application \"shop\""));
  CHECK_THAT(fault(good + "when cdn\n"), Contains("no condition"));
  CHECK_THAT(fault("endpoint a address 192.0.2.1 country Germany\n"), Contains("two capital letters"));
  CHECK_THAT(fault("endpoint a address 192.0.2.1 position 91 0\n"), Contains("degrees north"));
  CHECK_THAT(fault("endpoint a target x.example probe tcp\n"), Contains("needs an address"));
  CHECK_THAT(fault("endpoint a weight 2\n"), Contains("an address or a target"));
  CHECK_THAT(fault(good + "application apex pool cdn template cdn.example\n"), Contains("may have no CNAME"));
  CHECK_THAT(fault(good + "ttl_min 60s\nttl_max 5s\n"), Contains("shorter one comes first"));
}
