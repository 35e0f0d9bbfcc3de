#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include <harbinger/persona_directory.h>
#include "plugins/all.h"
#include "plugins/edges/door.h"
#include "plugins/edges/pages.h"
#include "steer/steering_service.h"
#include "tests/lib/edge/hub_world.h"
#include "tests/support/dns_client.h"
#include "tests/support/http_client.h"
#include "tests/support/memory_server.h"
#include "tests/support/process.h"

using namespace harbinger;
using namespace harbinger::test;
using Catch::Matchers::Contains;

namespace {

// Doors that a test opens by itself, instead of over gRPC.
struct FakeDoors {
  std::shared_ptr<edge::EdgeHub> hub;
  edge::HubServerSettings settings;
  int opened = 0;
  edges::DoorSource source{[this](const auto& host, const auto& wanted) -> Result<edges::Door> {
    hub = host;
    settings = wanted;
    ++opened;
    return edges::Door(&opened, [this](void*) { hub.reset(); });
  }};

  FakeEdge join(const std::string& name) const {
    FakeEdge edge;
    edge.session = std::move(*hub->join({.name = name, .endpoint = {}, .cluster = {}, .version = "1"}, edge.link));
    return edge;
  }
};

const std::string kSteering =
    "cdn_select {\n endpoint fra1 address 192.0.2.1\n endpoint fra2 address 192.0.2.2\n pool p endpoint fra1 fra2\n"
    "filter p up\n application shop pool p template {resource}.shop.example\n}\n";

std::string block(const std::string& edges, const std::string& others = {}) {
  return "shop.example {\n" + others + "edges " + edges + "\n}\n";
}

std::string fault(const std::string& edges) {
  FakeDoors doors;
  try {
    const MemoryServer server(block(edges), all_plugins());
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("answers avoid the endpoint of an edge whose session ends, from the cache too, until it is back") {
  FakeDoors doors;
  MemoryServer server(block("", kSteering), all_plugins());
  const auto ask = [&] { return server.ask("film.shop.example. A")->answers(); };
  auto one = doors.join("fra1"), two = doors.join("fra2");
  CHECK_THAT(ask(), Contains("192.0.2.1\n") && Contains("192.0.2.2\n"));
  one.dies();
  CHECK_THAT(ask(), !Contains("192.0.2.1\n") && Contains("192.0.2.2\n"));
  one = doors.join("fra1");
  CHECK_THAT(ask(), Contains("192.0.2.1\n") && Contains("192.0.2.2\n"));
}

TEST_CASE("what a persona engine expects of names goes to edges as the URLs that belong to them") {
  FakeDoors doors;
  MemoryServer server(block("{\n warm {resource}.shop.example http://{name}/index.m3u8\n}"), all_plugins());
  auto edge = doors.join("fra1");
  persona_directory().expected({"a.shop.example", 0, {{"b.shop.example", 0.5F}}});
  persona_directory().expected({"c.shop.example", 7, {{"b.shop.example", 0.5F}}});  // of one persona only
  REQUIRE(edge.link->lines.size() == 1);
  CHECK(edge.link->lines[0].context == "http://a.shop.example/index.m3u8");
}

TEST_CASE("what this server's learner expects a client to ask for is fetched before") {
  FakeDoors doors;
  MemoryServer server(block("{\n warm {resource}.shop.example http://{name}/index.m3u8\n}",
                            "prefetch\nhosts {\n 192.0.2.9 a.shop.example b.shop.example\n}\n"),
                      all_plugins());
  auto edge = doors.join("fra1");
  for (int day = 0; day < 40; ++day) {
    const auto client = "198.51.100." + std::to_string(1 + day % 5);
    for (const auto* name : {"a.shop.example. A", "b.shop.example. A"}) {
      server.ask(name, client);
      server.advance(std::chrono::seconds(2));
    }
    server.advance(std::chrono::hours(1));
  }
  const auto wanted = [&] {
    std::uint64_t sum = 0;
    for (const auto& sample : server.metrics.collect())
      if (sample.name == "harbinger_edges_expected_total" && sample.labels.at(0).second == "wanted")
        sum += static_cast<std::uint64_t>(sample.value);
    return sum;
  };
  const auto before = wanted();
  server.ask("a.shop.example. A", "198.51.100.77");
  server.advance(std::chrono::seconds(1));
  CHECK(wanted() > before);
}

TEST_CASE("sessions survive a reload, and the newest configuration says what is sent") {
  FakeDoors doors;
  MemoryServer server(block("{\n listen 127.0.0.1:7533\n}") + "other.example {\n edges dry-run\n}\n", all_plugins());
  CHECK(doors.opened == 1);
  auto edge = doors.join("fra1");
  doors.hub->want({.resource = "http://shop.example/x"}, {}, 1);
  CHECK(server.count("harbinger_edges_jobs_total") == 1);
  CHECK(edge.link->jobs.empty());
}

TEST_CASE("the door is opened as the configuration says, with files beside it") {
  FakeDoors doors;
  const MemoryServer server(
      block("{\n listen 192.0.2.1\n certificate c.pem\n private_key k.pem\n client_ca a.pem\n tokens t\n}"),
      all_plugins(), "/etc/harbinger");
  CHECK(doors.settings.listen.at(0).to_string() == "192.0.2.1:7533");
  CHECK(doors.settings.certificate == "/etc/harbinger/c.pem");
  CHECK(doors.settings.key == "/etc/harbinger/k.pem");
  CHECK(doors.settings.client_ca == "/etc/harbinger/a.pem");
  CHECK(doors.settings.tokens == "/etc/harbinger/t");
}

TEST_CASE("off opens no door") {
  FakeDoors doors;
  const MemoryServer server(block("off"), all_plugins());
  CHECK(doors.opened == 0);
}

TEST_CASE("a configuration of edges that cannot be is refused with what would be right") {
  CHECK_THAT(fault("{\n warm {resource}.shop.example index.m3u8\n}"), Contains("begins with http://"));
  CHECK_THAT(fault("{\n warm www.shop.example http://{app}/\n}"), Contains("is not read by the template"));
  CHECK_THAT(fault("{\n certificate c.pem\n}"), Contains("stand together"));
  CHECK_THAT(fault("{\n holders 0\n}"), Contains("holders"));
  CHECK_THAT(fault("{\n tokens a\n}\n}\nother.example {\n edges {\n tokens b\n}"),
             Contains("the same in every server"));
}

TEST_CASE("GET /v1/edges tells edges as JSON, and as a table to who wants text") {
  FakeDoors doors;
  const auto http = loopback(free_port());
  const MemoryServer server(block("{\n http " + http.to_string() + "\n}"), all_plugins());
  auto edge = doors.join("fra1");
  edge.says({.load = 0.25, .requests = 4, .hits = 3, .bytes_served = 500});
  auto gone = doors.join("fra2");
  gone.dies();
  const auto page = nlohmann::json::parse(body_of(http_get(http, "/v1/edges")));
  REQUIRE(page.size() == 2);
  CHECK(page[0]["name"] == "fra1");
  CHECK(page[0]["state"] == "here");
  CHECK(page[0]["load"] == 0.25);
  CHECK(page[0]["hit_rate"] == 0.75);
  CHECK(page[1]["state"] == "gone");
  CHECK(page[1]["load"].is_null());
  const auto table = edges::edges_text(doors.hub->edges());
  CHECK_THAT(table, Contains("EDGE") && Contains("fra1") && Contains("75.0%") && Contains("gone"));
}
