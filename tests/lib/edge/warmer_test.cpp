#include <catch2/catch.hpp>

#include "edge/warmer.h"
#include "tests/lib/edge/hub_world.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

std::string fault(const std::string& name_template, const std::vector<std::string>& urls) {
  const auto made = WarmRules::make({{name_template, urls}});
  return made ? "" : made.error().message;
}

const std::vector<WarmRules::Rule> kRules{{"{resource}.{type}.{app}.example.org",
                                           {"http://{name}/{app}/{type}", "https://cdn.test/{resource}?x={name}"},
                                           "fra"},
                                          {"{any*}.example.org", {"http://{name}/"}}};

struct Warming {
  HubWorld world;
  FakeEdge edge = world.join("a");
  Warmer warmer;

  explicit Warming(Warmer::Settings settings = {})
      : warmer(
            [&] {
              settings.rules = *WarmRules::make(kRules);
              return settings;
            }(),
            *world.hub, world.steer.clock, world.steer.metrics) {}
  void expect(std::string_view name, double probability, ClientKey client = 1, std::uint32_t in_ms = 2'000) {
    warmer.expected(client, name, probability, in_ms);
    world.advance(5ms);
  }
};

}  // namespace

TEST_CASE("a rule fills what its template reads out of a name into its URLs, and the first that holds counts") {
  const auto rules = *WarmRules::make(kRules);
  const auto found = rules.find("film.video.shop.example.org");
  CHECK(found.urls == std::vector<std::string>{"http://film.video.shop.example.org/shop/video",
                                               "https://cdn.test/film?x=film.video.shop.example.org"});
  CHECK(found.cluster == "fra");
  CHECK(rules.find("www.example.org").urls == std::vector<std::string>{"http://www.example.org/"});
  CHECK(rules.find("example.net").urls.empty());
  CHECK(rules.find("").urls.empty());
}

TEST_CASE("a URL, or a part of one, belongs to itself where a rule holds for its host") {
  const auto rules = *WarmRules::make(kRules);
  const std::string part = "http://www.example.org/film.mp4#0+65536";
  CHECK(rules.find(part).urls == std::vector{part});
  CHECK(rules.find("http://elsewhere.test/film.mp4").urls.empty());
}

TEST_CASE("rules that cannot be are refused with what would be right") {
  CHECK_THAT(fault("{resource.example.org", {"http://{name}/"}), Contains("brace"));
  CHECK_THAT(fault("www.example.org", {}), Contains("1 to 32 URLs"));
  CHECK_THAT(fault("www.example.org", {"ftp://{name}/"}), Contains("http:// or https://"));
  CHECK_THAT(fault("www.example.org", {"http://{resource}/"}), Contains("{name} always is"));
  CHECK_THAT(fault("www.example.org", {"http://{name/"}), Contains("closed"));
  CHECK(fault("{resource*}.example.org", {"http://{resource}.test/"}).empty());
}

TEST_CASE("what is likely enough is wanted of edges, soon enough for its client") {
  Warming warming;
  warming.expect("film.video.shop.example.org", 0.19);
  warming.expect("film.video.shop.example.org", std::nan(""));
  warming.expect("elsewhere.test", 0.9);
  CHECK(warming.edge.link->jobs.empty());
  warming.expect("film.video.shop.example.org", 0.2, 77);
  REQUIRE(warming.edge.link->jobs.size() == 2);
  const auto& job = warming.edge.link->jobs[0];
  CHECK(job.resource == "http://film.video.shop.example.org/shop/video");
  CHECK(job.probability == 0.2);
  CHECK(job.within_ms == 8'000);
  CHECK(job.client == 77);
  CHECK(warming.world.count("harbinger_edges_expected_total", "unlikely") == 2);
  CHECK(warming.world.count("harbinger_edges_expected_total", "no_rule") == 1);
}

TEST_CASE("jobs end where the budget does, and go on when it refills") {
  Warming warming({.budget = {.requests_per_client = {1, 2}}});
  for (int i = 0; i < 5; ++i) warming.expect("w" + std::to_string(i) + ".example.org", 0.9);
  CHECK(warming.edge.link->jobs.size() == 2);
  CHECK(warming.world.count("harbinger_edges_expected_total", "over_budget") == 3);
  warming.expect("other.example.org", 0.9, 2);
  CHECK(warming.edge.link->jobs.size() == 3);
  warming.world.advance(1s);
  warming.expect("later.example.org", 0.9);
  CHECK(warming.edge.link->jobs.size() == 4);
}

TEST_CASE("a dry run of a warmer wants nothing") {
  Warming warming({.dry_run = true});
  warming.expect("www.example.org", 0.9);
  CHECK(warming.edge.link->jobs.empty());
  CHECK(warming.world.count("harbinger_edges_expected_total", "dry_run") == 1);
}

TEST_CASE("the server's lines of names become lines of the URLs that belong to them") {
  Warming warming;
  warming.warmer.learnt({"www.example.org", {{"img.example.org", 0.6F}, {"elsewhere.test", 0.3F}}});
  warming.warmer.learnt({"elsewhere.test", {{"www.example.org", 0.6F}}});
  REQUIRE(warming.edge.link->lines.size() == 1);
  CHECK(warming.edge.link->lines[0].context == "http://www.example.org/");
  CHECK(warming.edge.link->lines[0].successors ==
        std::vector<std::pair<std::string, float>>{{"http://img.example.org/", 0.6F}});
}
