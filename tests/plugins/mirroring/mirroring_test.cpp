#include <catch2/catch.hpp>

#include "plugins/all.h"
#include "plugins/mirroring/service.h"
#include "tests/support/dns_client.h"
#include "tests/support/http_client.h"
#include "tests/support/memory_server.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

const std::string kMirror = "mirror {resource}.video.example http://{name}/ origin 127.0.0.1:9\n";
const std::string kClusters = "cluster fra clients 198.51.100.0/24\ncluster ams clients 203.0.113.0/24\n";
const std::string kFra = "198.51.100.1", kAms = "203.0.113.1", kNowhere = "192.0.2.77";
const std::string kPlain = "film.video.example. 3600 IN A 192.0.2.80\n";
const std::string kMirrored = "film.video.example. 20 IN A 192.0.2.1\n";

std::string block(const std::string& lines, const std::string& mode = {}, const std::string& before = {}) {
  return "video.example {\n" + before + "mirroring " + mode + " {\n" + lines +
         "}\nhosts {\n 192.0.2.80 film.video.example www.elsewhere.video.example\n}\n}\n";
}

// A server, and the service that stands behind it.
struct House {
  Scratch folder;
  MemoryServer server;
  std::shared_ptr<mirroring::MirrorService> service;

  explicit House(const std::string& before = {})
      : server(block(kMirror + kClusters, {}, before), all_plugins(), folder.path()),
        service(mirroring::MirrorService::shared(
                    {.state = folder / "mirroring",
                     .rules = {{"{resource}.video.example", {"http://{name}/"}, "", loopback(9)}},
                     .clusters = {"fra", "ams"}},
                    {&server.loop.clock(), &server.metrics, {}})
                    .value()) {}

  void publish(const char* address, std::uint64_t version, const std::string& cluster = "fra") {
    mirror::Publication what{.resource = "film.video.example", .cluster = cluster, .version = version};
    if (*address != 0) what.servers.push_back({.server = "e", .addresses = {IpAddress::parse(address).value()}});
    service->own().publish(what, {});
  }
  std::string ask(const std::string& client, const std::string& question = "film.video.example. A") {
    return server.ask(question, client)->answers();
  }
};

std::string fault(const std::string& lines) {
  const Scratch folder;
  try {
    const MemoryServer server(block(lines), all_plugins(), folder.path());
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("clients of a cluster are given its mirrors, and all others what the next plugin says") {
  House house;
  house.publish("192.0.2.1", 1);
  for (int i = 0; i < 3; ++i) {  // from the cache, too
    CHECK(house.ask(kFra) == kMirrored);
    CHECK(house.ask(kAms) == kPlain);
    CHECK(house.ask(kNowhere) == kPlain);
  }
  CHECK(house.server.ask("film.video.example. A", kFra)->ede() == EdeCode::mirrored);
}

TEST_CASE("what DNS tells of a mirror changes at once, also where an answer was kept") {
  House house;
  CHECK(house.ask(kFra) == kPlain);
  house.publish("192.0.2.1", 1);
  CHECK(house.ask(kFra) == kMirrored);
  house.publish("192.0.2.2", 2);
  CHECK(house.ask(kFra) == "film.video.example. 20 IN A 192.0.2.2\n");
  house.publish("", 3);
  CHECK(house.ask(kFra) == kPlain);
}

TEST_CASE("a publication that nobody renews is told no more once its lease and its TTL are over") {
  House house;
  house.publish("192.0.2.1", 1);
  CHECK(house.ask(kFra) == kMirrored);
  house.server.advance(81s);
  CHECK(house.ask(kFra) == kPlain);
}

TEST_CASE("a resolver's client is known by its subnet") {
  House house;
  house.publish("192.0.2.1", 1, "ams");
  const auto ask = [&](const char* subnet) {
    return house.server
        .ask("film.video.example. A", {.client = kFra, .subnet = ClientSubnet{*IpAddress::parse(subnet), 24, 0}})
        ->text();
  };
  CHECK_THAT(ask("203.0.113.0"), Contains("192.0.2.1") && Contains("203.0.113.0/24/24"));
  CHECK_THAT(ask("198.51.100.0"), Contains("192.0.2.80"));
}

TEST_CASE("a name that another plugin asks for in the client's place is mirrored as well") {
  House house("rewrite {\n name exact www.video.example. film.video.example.\n}\n");
  house.publish("192.0.2.1", 1);
  CHECK(house.ask(kFra, "www.video.example. A") == "www.video.example. 20 IN A 192.0.2.1\n");
}

TEST_CASE("names that no rule holds for are answered alike for everybody") {
  House house;
  const std::string plain = "www.elsewhere.video.example. 3600 IN A 192.0.2.80\n";
  for (const auto& client : {kFra, kAms, kNowhere}) CHECK(house.ask(client, "www.elsewhere.video.example. A") == plain);
  CHECK(house.server.count("harbinger_cache_hits_total") == 2);
}

TEST_CASE("while no edge's door is open nothing is mirrored, and who asks is told why") {
  House house;
  REQUIRE(wait_until([&] { return !house.service->trouble().empty(); }));
  CHECK_THAT(house.service->trouble(), Contains("`edges` opens one"));
}

TEST_CASE("after a reload with other lines, answers stay as they were told") {
  House house;
  house.publish("192.0.2.1", 1);
  const auto changed =
      mirroring::MirrorService::shared({.state = house.folder / "mirroring", .clusters = {"ams", "fra"}},
                                       {&house.server.loop.clock(), &house.server.metrics, {}})
          .value();
  CHECK(changed != house.service);
  CHECK(changed->own().find("film.video.example", "fra"));
  CHECK(changed->own().cluster("fra") == house.service->own().cluster("fra"));
}

TEST_CASE("off keeps nothing, asks nobody, and says what is wrong all the same") {
  const Scratch folder;
  const MemoryServer server(block(kMirror + kClusters, "off"), all_plugins(), folder.path());
  CHECK_FALSE(std::filesystem::exists(folder / "mirroring"));
  CHECK_THROWS_WITH(MemoryServer(block(kClusters, "off"), all_plugins(), folder.path()),
                    Contains("nothing may be mirrored"));
}

TEST_CASE("settings are answered to who shows a token, where `http` says") {
  const Scratch folder;
  folder.write("tokens", "a-token-of-some-length read\n");
  const auto http = loopback(free_port());
  const MemoryServer server(block(kMirror + kClusters + "http " + http.to_string() + "\ntokens tokens\n"),
                            all_plugins(), folder.path());
  CHECK(status_of(http_get(http, "/pdme/config")) == 401);
  HttpClient client(http);
  client.send("GET /pdme/config HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a-token-of-some-length\r\n\r\n");
  CHECK_THAT(client.receive(), Contains("\"push_share\""));
}

TEST_CASE("a configuration of mirroring that cannot be is refused with what would be right") {
  const auto good = kMirror + kClusters;
  CHECK(fault(good).empty());
  CHECK_THAT(fault(kClusters), Contains("mirror {resource}.video.example.org"));
  CHECK_THAT(fault(kMirror), Contains("cluster fra clients"));
  CHECK_THAT(fault(kClusters + "mirror {resource}.video.example http://{name}/\n"), Contains("`origin ADDRESS:PORT`"));
  CHECK_THAT(fault(kClusters + "mirror {resource}.video.example index.m3u8 origin 192.0.2.1\n"),
             Contains("begins with http://"));
  CHECK_THAT(fault(good + "cluster fra\n"), Contains("stands twice"));
  CHECK_THAT(fault(good + "cluster x\ncluster y\n"), Contains("say `clients` or `position`"));
  CHECK_THAT(fault(good + "endpoint e\n"), Contains("needs an `address`"));
  CHECK_THAT(fault(good + "certificate c.pem\n"), Contains("stand together"));
  CHECK_THAT(fault(good + "client_ca c.pem\n"), Contains("needs a `certificate`"));
  CHECK_THAT(fault(good + "http 127.0.0.1:9\n"), Contains("everybody could change the settings"));
  CHECK_THAT(fault(good + "share redis://127.0.0.1\n"), Contains("no other server there has"));
  CHECK_THAT(fault(good + "name ns1\n"), Contains("`share` and `name`"));
  CHECK_THAT(fault(good + "interval 0s\n"), Contains("interval") && Contains("1s"));
  CHECK_THAT(fault(good + "state /dev/null/x\n"), Contains("cannot make /dev/null/x"));
}
