// Operators and programs that tell a server how to mirror, and what is coming.
#include <catch2/catch.hpp>

#include "tests/scenarios/mirroring_house.h"

namespace harbinger::test {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using House = MirrorHouse;

const std::string kFilm = "film0.video.example";
// Far above what one client does, at whatever pace the machine lets it ask: only what an event lifts is mirrored. Lifted, it stays below what planners believe.
const std::string kHigh = R"(, "threshold": {"publish": 500000, "withdraw": 30, "least_benefit": 0})";

bool skipped() { return no_curl() || !installed({"nginx"}); }

std::string etag_of(const House& house) { return house.call("/pdme/config").field("ETag"); }

// Asked for, and not mirrored, until it has been forecast.
bool known_and_plain(const House& house) {
  return wait_until([&] {
    for (int i = 0; i < 20; ++i) CHECK(house.told(kFilm).empty());
    const auto why = house.page("/pdme/why?name=" + kFilm);
    return why.contains("clusters") && why["clusters"][0]["demand"]["expected"] > 0;
  });
}

// Before it has begun, an event counts for what was told of it.
std::int64_t in_a_moment() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now + 8s).count();
}

}  // namespace

TEST_CASE("settings are changed over TLS by who shows a token, all or nothing, and survive a crash") {
  if (skipped()) return;
  House house({.edges = 0});
  auto wanted = house.settings();
  wanted["ttl_s"] = wanted["drain_s"] = 2;
  CHECK(house.put(wanted, "*", House::kReader).status == 403);
  CHECK(house.put(wanted, "*", "somebody-0123456789").status == 401);
  const auto stale = house.put(wanted, "\"0-0\"");
  INFO(stale.body);
  CHECK(stale.status == 412);
  auto absurd = wanted;
  absurd["most_mirors"] = 3;
  absurd["lease_s"] = -1;
  const auto refused = house.put(absurd);
  CHECK(refused.status == 422);
  CHECK_THAT(refused.body, Contains("most_mirrors") && Contains("/lease_s"));
  CHECK(house.page("/pdme/config")["ttl_s"] == 1);

  const auto changed = house.put(wanted, etag_of(house));
  CHECK(changed.status == 200);
  house.server().kill();
  house.server().start();
  CHECK(house.page("/pdme/config")["ttl_s"] == 2);
  CHECK(etag_of(house) == changed.field("ETag"));
}

TEST_CASE("an event that is told over HTTP lifts the forecast, and what it is about is mirrored before its time") {
  if (skipped()) return;
  House house({.settings = kHigh});
  REQUIRE(known_and_plain(house));
  const auto answer =
      house.post({{"tag", "premiere"}, {"resources", "film0.*"}, {"lift", 2000}, {"at_ms", in_a_moment()}});
  CHECK(answer.status == 202);
  CHECK(house.popular(kFilm));
}

TEST_CASE("an event that is told over gRPC lifts the forecast as well") {
  if (skipped()) return;
  House house({.settings = kHigh});
  REQUIRE(known_and_plain(house));
  Process told(
      {HARBINGER_REPORT_EVENT, house.hub().to_string(), "premiere", "film0.*", "2000", std::to_string(in_a_moment())});
  REQUIRE(told.wait());
  CHECK(told.output() == "taken 1, rejected 0\n");
  CHECK(house.popular(kFilm));
}

TEST_CASE("mirrors stay through a reload that changes the lines of mirroring, and the new lines hold") {
  if (skipped()) return;
  House house;
  REQUIRE(house.popular(kFilm));
  house.reload("mirror {resource}.other.example http://{name}/ origin " + house.origin().address().to_string() +
               "\ncluster nyc clients 127.0.3.0/24\n");
  std::string seen;
  int asked = 0, mirrored = 0;
  REQUIRE(wait_until([&] {
    ++asked;
    mirrored += !house.told(kFilm).empty();
    return house.told("film.other.example").size() == 6;
  }));
  CHECK(mirrored == asked);
  CHECK(house.told(kFilm) != "");
}

}  // namespace harbinger::test
