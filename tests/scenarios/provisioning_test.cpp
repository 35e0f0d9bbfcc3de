// Instances from the first query to the end, as processes of this machine, and what is left of them when something goes wrong.
#include <catch2/catch.hpp>

#include <array>
#include <thread>

#include "tests/scenarios/provisioning_house.h"

namespace harbinger::test {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using House = ProvisioningHouse;

bool skipped() { return no_curl() || !installed({"/usr/bin/python3"}); }

std::vector<std::uint8_t> cookie_option(std::span<const std::uint8_t> cookie) {
  std::vector<std::uint8_t> option{0, 10, 0, static_cast<std::uint8_t>(cookie.size())};
  option.insert(option.end(), cookie.begin(), cookie.end());
  return option;
}

// What a server answers to a client's cookie: both, as the next query shows them.
std::vector<std::uint8_t> full_cookie(const House& house, const DnsServer& server, const char* from) {
  const std::array<std::uint8_t, 8> mine{1, 2, 3, 4, 5, 6, 7, 8};
  const auto answer = ask(server.address(), House::kName, RRType::MX,
                          {.options = cookie_option(mine), .from = IpAddress::parse(from).value()});
  REQUIRE(answer);
  static_cast<void>(house);
  const auto found = std::ranges::search(answer->bytes, mine);
  REQUIRE(!found.empty());
  return {found.begin(), found.begin() + 24};
}

}  // namespace

TEST_CASE("who asks first waits, has an instance of its own soon after, and keeps it through a reload") {
  if (skipped()) return;
  House house;
  const auto first = house.told();
  CHECK_THAT(first, Contains("192.0.2.1") && !Contains("port="));
  const auto at = house.instance_of();
  INFO(house.told() << house.ctl({"instances"}) << house.ctl({"pools"}));
  REQUIRE(at);
  CHECK(House::serves(*at));
  CHECK(house.at_step("assigned") == 1);
  CHECK_THAT(house.ctl({"pools"}), Contains("web") && Contains("process"));
  CHECK_THAT(house.ctl({"instances"}), Contains("assigned") && Contains("a tag"));
  CHECK_THAT(house.ctl({"why-scale", "web"}), Contains("pool web"));

  house.reload("tags overlap 30m\n");
  REQUIRE(wait_until([&] { return house.ctl({"instances"}).find("assigned") != std::string::npos; }));
  CHECK(House::serves(*at));
  CHECK(house.instance_of() == at);
}

TEST_CASE("two tags have two instances, each its own") {
  if (skipped()) return;
  House house;
  const auto gold = house.with_tag_of(House::kGold), plain = house.with_tag_of(House::kPlain);
  REQUIRE(gold != plain);
  const auto gold_at = house.instance_of(gold), plain_at = house.instance_of(plain);
  REQUIRE((gold_at && plain_at));
  CHECK(*gold_at != *plain_at);
  CHECK(house.at_step("assigned") == 2);
  CHECK(House::instance_in(house.told_over_udp(House::kName, House::kGold)) == gold_at);
}

TEST_CASE("one client without a proof starts nothing, nor does who tries tags; a cookie does") {
  if (skipped()) return;
  House house;
  for (int i = 0; i < 30; ++i) house.told_over_udp(House::kName, House::kGold);
  for (int i = 0; i < 300; ++i)
    house.told_over_udp("cpt-0123456789abcdefgh" + std::to_string(1000 + i).substr(0, 4) + "." + House::kName,
                        House::kPlain);
  for (int i = 0; i < 30; ++i)
    CHECK_THAT(house.told("cpt-0123456789abcdefghjk" + std::to_string(1000 + i) + "." + House::kName),
               Contains("NXDOMAIN"));
  std::this_thread::sleep_for(1500ms);  // more than a round of the engine
  CHECK(house.instances().empty());
  CHECK_THAT(house.ctl({"pools", "--json"}), Contains("\"starts\": 0"));

  const auto cookie = cookie_option(full_cookie(house, house.server(), House::kGold));
  CHECK(wait_until(
      [&] { return House::instance_in(house.told_over_udp(House::kName, House::kGold, cookie)).has_value(); }));
}

TEST_CASE("after the server was killed, instances are found again with their tags, and none is left over") {
  if (skipped()) return;
  House house;
  const auto gold = house.with_tag_of(House::kGold), plain = house.with_tag_of(House::kPlain);
  const auto gold_at = house.instance_of(gold), plain_at = house.instance_of(plain);
  REQUIRE((gold_at && plain_at));
  const auto before = house.instances();
  house.server().kill();
  CHECK(house.instances() == before);
  house.server().start();
  CHECK(house.instance_of(gold) == gold_at);
  CHECK(house.instance_of(plain) == plain_at);
  CHECK(house.at_step("assigned") == 2);
  const auto known = house.at_step("assigned") + house.at_step("ready") + house.at_step("starting");
  CHECK(house.instances().size() <= known);
}

TEST_CASE("an instance that is killed is replaced, and the answer changes") {
  if (skipped()) return;
  House house;
  const auto at = house.instance_of();
  REQUIRE(at);
  const auto before = house.instances();
  for (const auto pid : before) ::kill(pid, SIGKILL);
  REQUIRE(wait_until([&] {
    const auto now = House::instance_in(house.told());
    return now && now != at && House::serves(*now);
  }));
  for (const auto pid : before) CHECK_FALSE(house.instances().contains(pid));
}

TEST_CASE("in a dry run nothing is started, no answer is changed, and what would be is shown") {
  if (skipped()) return;
  House house("dry-run");
  for (int i = 0; i < 10; ++i) CHECK_THAT(house.told(), !Contains("192.0.2.1 ") && !Contains("port="));
  REQUIRE(wait_until([&] { return house.ctl({"pools", "--json"}).find("\"wishes\": 1") != std::string::npos; }));
  CHECK_THAT(house.ctl({"pools"}), Contains("dry-run: nothing is started"));
  CHECK(house.instances().empty());
}

TEST_CASE("a configuration of instances that cannot be is told with its line and what would be right") {
  const Scratch scratch;
  const auto file = scratch.write("Harbingerfile",
                                  "apps.example:53 {\n vm_provisioning {\n  name {resource}.apps.example pool web\n"
                                  "  pool web provider docker\n  hit_rate 2\n }\n}\n");
  Process check({built_program("harbingerd"), "-check", "-conf", file});
  const auto ending = check.wait();
  REQUIRE(ending);
  CHECK(ending->exit_code != 0);
  CHECK_THAT(check.output(),
             Contains("Harbingerfile:4:") && Contains("process|container|qemu") && Contains("Harbingerfile:5:"));
}

TEST_CASE("an application asks for a client's instance over gRPC, and the client finds it there") {
  if (skipped()) return;
  const Scratch scratch;
  const auto tokens = scratch.write("tokens", "caller-0123456789 provision\n");
  const auto door = loopback(free_port());
  House house("on", " grpc " + door.to_string() + "\n grpc_tokens " + tokens.string() + "\n");
  const auto ask = [&](const std::string& token) {
    Process caller({HARBINGER_ASK_INSTANCE, door.to_string(), token, "gold", "web"});
    const auto ending = caller.wait(20s);
    return ending && ending->exit_code == 0 ? caller.output() : "refused: " + caller.output();
  };
  CHECK_THAT(ask("caller-9876543210"), Contains("refused: "));
  CHECK(house.instances().empty());
  CHECK_THAT(ask("caller-0123456789"), Contains("tag ") && !Contains("refused"));
  REQUIRE(wait_until([&] { return house.at_step("assigned") == 1; }));
  CHECK_THAT(ask("caller-0123456789"), Contains("STEP_ASSIGNED"));
  const auto at = House::instance_in(house.told(house.with_tag_of(House::kGold)));
  REQUIRE(at);
  CHECK(House::serves(*at));
}

}  // namespace harbinger::test
