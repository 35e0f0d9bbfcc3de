#include <catch2/catch.hpp>

#include "tests/lib/mirror/desk_world.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

Result<void> not_known() { return fail(ErrorCode::unreachable, "the DNS server is silent"); }
Result<void> another_decides() { return fail(ErrorCode::conflict, "there is a later one"); }

std::string why(const DeskWorld& world, const std::string& server) {
  for (const auto& each : world.desk.mirrors())
    if (each.wish.at.server == server) return each.history.back().why;
  return {};
}

}  // namespace

TEST_CASE("a mirror is filled, verified, and only then told of") {
  DeskWorld world;
  world.want("a");
  REQUIRE(world.fills.size() == 1);
  CHECK(world.fills[0].server == "a");
  CHECK(world.tells.empty());
  world.fill();
  REQUIRE(world.verifies.size() == 1);
  CHECK(world.tells.empty());
  world.verify();
  REQUIRE(world.tells.size() == 1);
  CHECK(world.told() == "a");
  CHECK(world.step("a") == Step::publishing);
  world.hear();
  CHECK(world.step("a") == Step::published);
  REQUIRE(world.settled.size() == 1);
  CHECK(world.settled[0].what.servers.size() == 1);
}

TEST_CASE("a server that gives out something else than the origin is never told of, and is to blame") {
  for (const auto verdict : {Verdict::wrong, Verdict::missing, Verdict::unreachable, Verdict::too_large}) {
    DeskWorld world;
    world.want("a");
    world.fill();
    world.verify(verdict);
    CHECK(world.step("a") == Step::failed);
    CHECK(world.tells.empty());
    REQUIRE(world.failed.size() == 1);
    CHECK(world.failed[0].blame == (verdict == Verdict::wrong || verdict == Verdict::missing));
  }
}

TEST_CASE("an origin that is silent keeps a mirror from being told of, and is not the server's fault") {
  DeskWorld world;
  world.want("a");
  world.fill();
  world.verify(Verdict::no_reference);
  CHECK(world.step("a") == Step::failed);
  CHECK(world.tells.empty());
  CHECK_FALSE(world.failed[0].blame);
}

TEST_CASE("a server that does not fetch in time is given up, and what it says later is not heard") {
  DeskWorld world;
  world.want("a");
  world.pass(61s);
  CHECK(world.step("a") == Step::failed);
  world.fill();
  CHECK(world.verifies.empty());
}

TEST_CASE("a publication is renewed before its lease is over") {
  DeskWorld world;
  world.publish("a");
  for (int i = 0; i < 10; ++i) {
    const auto before = world.tells.size();
    world.pass(21s);
    REQUIRE(world.tells.size() == before + 1);
    CHECK(world.tells.back().renewal);
    world.hear();
  }
  CHECK(world.tells.back().what.version > world.tells.front().what.version);
}

TEST_CASE("what DNS does not confirm is said again, with longer pauses, and counts as published only then") {
  DeskWorld world;
  world.want("a");
  world.fill();
  world.verify();
  world.hear(not_known());
  CHECK(world.step("a") == Step::publishing);
  world.pass(1s);
  CHECK(world.tells.size() == 2);
  world.hear(not_known());
  world.pass(1s);
  CHECK(world.tells.size() == 2);
  world.pass(1s);
  CHECK(world.tells.size() == 3);
  world.hear();
  CHECK(world.step("a") == Step::published);
}

TEST_CASE("a server that dies is told of no more at once, even while DNS has not answered yet") {
  DeskWorld world;
  world.publish("a");
  world.publish("b");
  CHECK(world.told() == "ab");
  world.up.erase("a");
  world.look();
  CHECK(world.told() == "b");
  world.up.erase("b");
  world.look();
  CHECK(world.told() == "");
  world.hear();
  CHECK(world.step("a") == Step::away);
}

TEST_CASE("a server that comes back is filled and verified before it is told of again") {
  DeskWorld world;
  world.publish("a");
  world.up.erase("a");
  world.look();
  world.hear();
  world.up["a"] = at("a");
  world.look();
  CHECK(world.fills.size() == 2);
  CHECK(world.told() == "");
  world.fill();
  world.verify();
  CHECK(world.told() == "a");
}

TEST_CASE("a server that is reached in another way is looked at anew") {
  DeskWorld world;
  world.publish("a");
  world.up["a"] = at("a", 8080);
  world.look();
  CHECK(world.told() == "");
  world.hear();
  world.fill();
  CHECK(world.verifies.back().at.port == 8080);
  world.verify();
  CHECK(world.tells.back().what.servers[0].port == 8080);
}

TEST_CASE("what is withdrawn stays for those who have the old answer, from when DNS has changed on") {
  DeskWorld world;
  world.publish("a");
  world.unwant("a");
  CHECK(world.told() == "");
  world.hear(not_known());
  world.pass(300s);
  CHECK(world.step("a") == Step::draining);
  world.hear();
  world.pass(59s);
  CHECK(world.step("a") == Step::draining);
  world.pass(2s);
  CHECK(world.step("a") == Step::withdrawn);
  CHECK(world.desk.size() == 0);
}

TEST_CASE("what is published is looked at again, and what became wrong is told of no more") {
  DeskWorld world;
  world.publish("a");
  while (world.verifies.size() == 1) {
    world.pass(20s, 20s);
    if (world.tells.back().renewal) world.hear();
    REQUIRE(world.now.ns < 1'000'000'000'000);
  }
  CHECK(world.told() == "a");
  world.verify(Verdict::wrong);
  CHECK(world.told() == "");
  CHECK(world.step("a") == Step::failed);
}

TEST_CASE("what a cache has dropped is fetched again, and not told of meanwhile") {
  DeskWorld world({.verify_every = 10s});
  world.publish("a");
  world.pass(11s);
  world.verify(Verdict::missing);
  CHECK(world.told() == "");
  CHECK(world.step("a") == Step::filling);
  world.hear();
  world.fill();
  world.verify();
  CHECK(world.told() == "a");
}

TEST_CASE("an origin that dies leaves what was right before") {
  DeskWorld world({.verify_every = 10s});
  world.publish("a");
  world.pass(11s);
  world.verify(Verdict::no_reference);
  world.pass(5s);
  CHECK(world.step("a") == Step::published);
  CHECK(world.told() == "a");
}

TEST_CASE("a server that does not decide tells nothing, and lets go once its lease is over") {
  DeskWorld world;
  world.publish("a");
  world.owner = false;
  world.want("b");
  world.fill();
  world.verify();
  CHECK(world.tells.size() == 1);
  world.pass(50s);
  CHECK(world.tells.size() == 1);
  world.pass(20s);
  CHECK(world.told() == "");
  world.hear(another_decides());
  CHECK(world.desk.size() == 0);
}

TEST_CASE("a server that hears that another decides stops, and forgets what it told") {
  DeskWorld world;
  world.publish("a");
  world.pass(21s);
  world.hear(another_decides());
  CHECK(world.step("a") == Step::withdrawn);
  CHECK_THAT(why(world, "a"), Contains("another server"));
  CHECK(world.settled.back().what.servers.empty());
  const auto before = world.tells.size();
  world.pass(300s);
  CHECK(world.tells.size() == before);
}

TEST_CASE("what is gone is told even while nothing new may be") {
  DeskWorld world;
  world.publish("a");
  world.want("b");
  world.fill();
  world.verify();
  CHECK(world.told() == "ab");
  world.desk.refused(world.tells.back().what, world.now);
  world.take();
  const auto before = world.tells.size();
  world.unwant("a");
  CHECK(world.tells.size() == before + 1);
  CHECK(world.told() == "");
  world.hear();
  world.pass(1s);
  CHECK(world.told() == "b");
  world.hear();
  CHECK(world.step("b") == Step::published);
}

TEST_CASE("a renewal that is refused is tried again soon") {
  DeskWorld world;
  world.publish("a");
  world.pass(21s);
  REQUIRE(world.tells.back().renewal);
  world.desk.refused(world.tells.back().what, world.now);
  world.take();
  const auto before = world.tells.size();
  world.pass(2s);
  CHECK(world.tells.size() == before + 1);
  CHECK(world.tells.back().renewal);
}

TEST_CASE("answers to old versions are not heard") {
  DeskWorld world;
  world.want("a");
  world.fill();
  world.verify();
  const auto old = world.tells.back().what;
  world.unwant("a");
  world.desk.told(old, {}, world.now);
  world.take();
  CHECK(world.step("a") == Step::draining);
  CHECK(world.settled.empty());
}

TEST_CASE("what DNS told of before a restart is verified again and renewed, or withdrawn") {
  const Publication before{.resource = "film.example", .cluster = "fra", .servers = {at("a"), at("b")}, .version = 70};
  SECTION("all of it is right") {
    DeskWorld world;
    world.desk.recover(before, 60s, world.now);
    world.look();
    CHECK(world.tells.empty());
    REQUIRE(world.fills.size() == 2);
    for (const auto& each : std::vector(world.fills)) world.desk.filled(each.ticket, true, {}, false, world.now);
    world.take();
    for (const auto& each : std::vector(world.verifies)) world.desk.verified(each.ticket, Verdict::good, {}, world.now);
    world.take();
    CHECK(world.told() == "ab");
    CHECK(world.tells.back().what.version > 70);
    world.hear();
    CHECK(world.step("b") == Step::published);
  }
  SECTION("one server is gone: it is told of until the lease is over at most") {
    DeskWorld world;
    world.desk.recover(before, 60s, world.now);
    world.up.erase("b");
    world.look();
    world.fill();
    world.verify();
    CHECK(world.tells.empty());
    world.pass(61s);
    CHECK(world.told() == "a");
  }
  SECTION("one is wrong") {
    DeskWorld world;
    world.desk.recover(before, 60s, world.now);
    world.look();
    world.desk.filled(world.fills[0].ticket, true, {}, false, world.now);
    world.take();
    world.verify(Verdict::wrong);
    CHECK(world.tells.empty());
    world.desk.filled(world.fills[1].ticket, true, {}, false, world.now);
    world.take();
    world.verify();
    CHECK(world.told() == "b");
  }
  SECTION("nothing comes back") {
    DeskWorld world;
    world.desk.recover(before, 60s, world.now);
    world.up.clear();
    world.look();
    world.pass(61s);
    REQUIRE(world.tells.size() == 1);
    CHECK(world.told() == "");
    world.hear();
    CHECK(world.settled.back().what.servers.empty());
  }
}

TEST_CASE("only so many are filled at a time, the most worthwhile first") {
  DeskWorld world({.in_flight = 2});
  world.want("a", 1, "w.example");
  world.want("a", 1, "x.example");
  world.want("a", 5, "y.example");
  world.want("a", 9, "z.example");
  REQUIRE(world.fills.size() == 2);
  world.fill(false);
  CHECK(world.fills.back().resource == "z.example");
  world.fill(false);
  CHECK(world.fills.back().resource == "y.example");
}

TEST_CASE("more mirrors than there is room for are refused") {
  DeskWorld world({.mirrors = 1});
  world.want("a");
  CHECK_FALSE(world.desk.want({.resource = "other.example", .cluster = "fra", .at = at("a")}, world.now));
  CHECK_FALSE(world.desk.want({.resource = "film.example", .cluster = "fra", .at = at("a")}, world.now));
}
