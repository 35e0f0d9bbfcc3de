#include "tests/lib/orchestrate/estate_house.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using Condition = Made::Condition;
using What = ApiFault::What;

TEST_CASE("a quota leaves what could be made partly there, with what the cloud says, and the rest is made later",
          "[targets]") {
  EstateHouse house;
  house.cloud.most_servers = 2;
  const auto half = order(*house.target, "a1", machine(3));
  REQUIRE(half);
  CHECK(half->condition == Condition::partly);
  CHECK(lacks(half->trouble, "Quota exceeded for instances") == "");
  CHECK(house.settled("a1").condition == Condition::partly);
  CHECK(house.look("a1").parts == 2);
  house.cloud.most_servers = 10;
  REQUIRE(order(*house.target, "a1", machine(3)));
  CHECK(house.settled("a1").condition == Condition::ready);
  CHECK(house.cloud.names().size() == 4);
}

TEST_CASE("a quota that leaves nothing is no room now, and the group that was made for it goes", "[targets]") {
  EstateHouse house;
  house.cloud.most_servers = 0;
  const auto refused = order(*house.target, "a1", machine(3));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::too_large);
  CHECK(lacks(refused.error().message, "Quota exceeded for instances") == "");
  CHECK(house.cloud.names().empty());
}

TEST_CASE("a quota of volumes is told, and the servers are there until somebody removes them", "[targets]") {
  EstateHouse house;
  house.cloud.most_volumes = 1;
  const auto half = order(*house.target, "a1", machine(2, 10));
  REQUIRE(half);
  CHECK(half->condition == Condition::partly);
  CHECK(lacks(half->trouble, "VolumeLimitExceeded") == "");
  house.removes("a1");
  CHECK(house.cloud.names().empty());
}

TEST_CASE("an order of servers whose answer was lost is completed by the same id, and nothing is there twice",
          "[targets]") {
  for (const char* path : {"/servers", "/volumes", "/security-groups", "/security-group-rules"})
    for (const auto what : {What::lose, What::drop, What::cut, What::hang}) {
      EstateHouse house;
      INFO(path << " " << static_cast<int>(what));
      house.cloud.faults.add({.method = "POST", .path = path, .what = what});
      const auto lost = order(*house.target, "a1", machine(2, 10));
      REQUIRE_FALSE(lost);
      CHECK((lost.error().code == ErrorCode::unreachable || lost.error().code == ErrorCode::timeout ||
             lost.error().code == ErrorCode::malformed));
      REQUIRE(order(*house.target, "a1", machine(2, 10)));
      CHECK(house.settled("a1").condition == Condition::ready);
      CHECK(house.cloud.names().size() == 5);
      CHECK(house.cloud.rules() == 3);
      house.removes("a1");
      CHECK(house.cloud.names().empty());
    }
}

TEST_CASE("of two servers for one part the older one counts, and the other one goes", "[targets]") {
  EstateHouse house;
  REQUIRE(order(*house.target, "a1", machine()));
  const auto before = house.settled("a1");
  house.cloud.double_server("harbinger-estate-site-a1-0");
  CHECK(house.look("a1").reach == before.reach);
  CHECK(house.look("a1").parts == 1);
  REQUIRE(order(*house.target, "a1", machine()));
  CHECK(house.settled("a1").reach == before.reach);
  CHECK(house.cloud.names().size() == 2);  // its group
}

TEST_CASE("a server that ends in ERROR says why, and is made anew by the same id", "[targets]") {
  EstateHouse house;
  house.cloud.servers_fail("No valid host was found.");
  REQUIRE(order(*house.target, "a1", machine()));
  const auto failed = house.settled("a1");
  CHECK(failed.condition == Condition::partly);
  CHECK(lacks(failed.trouble, "No valid host") == "");
  house.cloud.servers_fail("");
  REQUIRE(order(*house.target, "a1", machine()));
  CHECK(house.settled("a1").condition == Condition::ready);
  CHECK(house.cloud.names().size() == 2);
}

TEST_CASE("servers and volumes that somebody else broke are told of and replaced", "[targets]") {
  EstateHouse house;
  REQUIRE(order(*house.target, "a1", machine(2, 10)));
  CHECK(house.settled("a1").condition == Condition::ready);
  house.cloud.set_server("harbinger-estate-site-a1-1", {{"status", "SHUTOFF"}});
  const auto broken = house.look("a1");
  CHECK(broken.condition == Condition::partly);
  CHECK(broken.parts == 1);
  CHECK(lacks(broken.trouble, "SHUTOFF") == "");
  REQUIRE(order(*house.target, "a1", machine(2, 10)));
  CHECK(house.settled("a1").condition == Condition::ready);
  house.cloud.lose_server("harbinger-estate-site-a1-0");
  house.cloud.set_volume("harbinger-estate-site-a1-0", {{"status", "error"}});
  REQUIRE(order(*house.target, "a1", machine(2, 10)));
  CHECK(house.settled("a1").condition == Condition::ready);
  CHECK(house.cloud.names().size() == 5);
}

TEST_CASE("a cloud that says it made a server and did not is found out when one looks", "[targets]") {
  EstateHouse house;
  house.cloud.faults.add({.method = "POST", .path = "/servers", .what = What::lie});
  REQUIRE(order(*house.target, "a1", machine()));
  CHECK(house.look("a1").condition == Condition::gone);
  house.cloud.faults.add({.method = "POST", .path = "/servers", .what = What::lie});
  REQUIRE(order(*house.target, "a2", machine(2)));
  const auto half = house.settled("a2");
  CHECK(half.condition == Condition::partly);
  CHECK(lacks(half.trouble, "server 0 is missing") == "");
}

TEST_CASE("a cloud that says it ended a server or volume and did not is asked again", "[targets]") {
  for (const char* path : {"/servers/", "/volumes/"}) {
    EstateHouse house;
    REQUIRE(order(*house.target, "a1", machine(1, 10)));
    CHECK(house.settled("a1").condition == Condition::ready);
    house.cloud.faults.add({.method = "DELETE", .path = path, .what = What::lie, .times = 2});
    house.removes("a1");
    CHECK(house.cloud.names().empty());
  }
}

TEST_CASE("what does not go by the deadline is a timeout, and is gone the next time", "[targets]") {
  EstateHouse house;
  REQUIRE(order(*house.target, "a1", machine(1, 10)));
  CHECK(house.settled("a1").condition == Condition::ready);
  house.cloud.settles = false;
  const auto removed = house.target->remove("a1", within(std::chrono::milliseconds(400)));
  REQUIRE_FALSE(removed);
  CHECK(removed.error().code == ErrorCode::timeout);
  CHECK(house.look("a1").condition == Condition::partly);  // its volume
  house.cloud.settles = true;
  house.removes("a1");
  CHECK(house.cloud.names().empty());
}
