// Mirrors from the first query to the end, with real caches, and what is left of them when something goes wrong.
#include <catch2/catch.hpp>

#include "tests/scenarios/mirroring_house.h"

namespace harbinger::test {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using House = MirrorHouse;

const std::string kFilm = "film0.video.example";

bool skipped() { return no_curl() || !installed({"nginx"}); }

}  // namespace

TEST_CASE("what gets popular in a cluster is on its edges, and then in its answers, and goes when nobody wants it") {
  if (skipped()) return;
  House house({.settings = R"(, "threshold": {"publish": 600, "withdraw": 590, "least_benefit": 0})"});
  CHECK(house.plain(kFilm, House::kFra));
  REQUIRE(house.popular(kFilm));
  for (int i = 0; i < 2; ++i)
    for (const auto* path : {"/index.m3u8", "/20000.ts"})
      CHECK_THAT(house.cache(i).get(path, "", kFilm), Contains("X-Cache-Status: HIT"));
  CHECK(house.plain(kFilm, House::kAms));
  CHECK(house.plain("film1.video.example", House::kFra));
  CHECK_THAT(house.ctl({"mirrors"}), Contains(kFilm) && Contains("e0") && Contains("e1") && Contains("published"));
  CHECK_THAT(house.ctl({"why-mirror", kFilm}), Contains("requests a minute") && Contains("cluster fra"));

  REQUIRE(wait_until([&] { return house.mirrors(kFilm, "published") == 0; }));
  CHECK(house.plain(kFilm, House::kFra));
  const auto stats = house.page("/pdme/stats");
  CHECK(stats["transactions"]["published"] >= 2);
  CHECK(stats["bytes"]["pushed"] >= 2 * 21000);
}

TEST_CASE("answers avoid an edge as soon as it is killed, and name it again when its copy was looked at again") {
  if (skipped()) return;
  House house;
  REQUIRE(house.popular(kFilm));
  house.edge(0).kill();
  const auto killed = std::chrono::steady_clock::now();
  REQUIRE(wait_until([&] { return house.told(kFilm) == "e1 "; }));
  CHECK(std::chrono::steady_clock::now() - killed < 2s);
  for (int i = 0; i < 50; ++i) CHECK(house.told(kFilm) == "e1 ");
  house.raise(0);
  CHECK(house.popular(kFilm));
}

TEST_CASE("an edge whose cache gives out something else is in no answer, and is found out") {
  if (skipped()) return;
  const WebServer liar([](const WebRequest&, WebPeer& peer) {
    peer.send(web_response("200 OK", "Cache-Control: max-age=600\r\n", std::string(1000, 'y')));
  });
  House house({.behind_first = liar.address(), .settings = R"(, "cool_down_s": 60)"});
  std::string seen;
  const auto both_tried = [&] {
    seen += house.told(kFilm);
    return seen.ends_with("e1 ") && house.page("/pdme/stats")["transactions"]["failed"] >= 1;
  };
  REQUIRE(wait_until(both_tried));
  CHECK(seen.find("e0") == std::string::npos);
  CHECK_THAT(house.ctl({"why-mirror", kFilm}), Contains("e0: failed, wrong") && Contains("e1: published"));
  for (int i = 0; i < 50; ++i) CHECK(house.told(kFilm) == "e1 ");
}

TEST_CASE("a dry run tells what it would do, and does nothing") {
  if (skipped()) return;
  House house({.mode = "dry-run"});
  REQUIRE(wait_until([&] {
    for (int i = 0; i < 20; ++i) CHECK(house.told(kFilm).empty());
    return house.ctl({"why-mirror", kFilm}).find("would be mirrored on e") != std::string::npos;
  }));
  CHECK(house.origin().requests().empty());
  CHECK(house.page("/pdme/mirrors").empty());
  const auto stats = house.page("/pdme/stats");
  INFO(stats.dump());
  CHECK(stats["dry_run"] == true);
}

TEST_CASE("a server that is killed at any moment of a publication answers right when it is back") {
  if (skipped()) return;
  House house;
  REQUIRE(house.popular(kFilm));  // until here nothing was wrong; edges have joined
  for (int moment = 1; moment <= 4; ++moment) {
    const auto film = "film" + std::to_string(moment) + ".video.example";
    const auto before = house.origin().requests().size();
    // 1: decided on. 2, 3: copied and being looked at. 4: in answers.
    REQUIRE(wait_until([&] {
      const auto told = house.told(film);
      return moment == 4 ? !told.empty()
                         : house.origin().requests().size() >= before + static_cast<std::size_t>(moment);
    }));
    house.server().kill();
    house.server().start();
    CHECK(house.plain(film, House::kFra));  // its edges are not back yet
    CHECK(house.popular(film));
    CHECK(house.plain(film, House::kAms));
  }
}

TEST_CASE("what was published before a crash is published again only where it is still right") {
  if (skipped()) return;
  House house;
  REQUIRE(house.popular(kFilm));
  house.server().kill();
  house.cache(0).kill();  // its edge is there, and believes that the cache has everything
  house.server().start();
  std::string seen;
  REQUIRE(wait_until([&] {
    seen += house.told(kFilm);
    return seen.ends_with("e1 ");
  }));
  for (int i = 0; i < 100; ++i) seen += house.told(kFilm);
  CHECK(seen.find("e0") == std::string::npos);
}

}  // namespace harbinger::test
