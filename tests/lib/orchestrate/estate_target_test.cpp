#include "tests/lib/orchestrate/estate_house.h"
#include "tests/lib/orchestrate/target_conformance.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using Condition = Made::Condition;

TEST_CASE("the estate target keeps to what targets promise", "[targets]") {
  EstateHouse house;
  TargetBench bench;
  bench.make = [&] { return made_target(make_estate_target, house.options); };
  bench.need = machine(1, GENERATE(0u, 20u));
  bench.unknown = machine();
  bench.unknown->machine = "huge";
  bench.known = "large, small";
  bench.other_machine = bench.need;
  bench.other_machine->machine = "large";
  bench.lose_part = [&](const std::string& id) { house.cloud.lose_server("harbinger-estate-site-" + id + "-1"); };
  if (bench.need.storage_gb > 0)
    bench.halve = [&](const std::string& id) { house.cloud.lose_server("harbinger-estate-site-" + id + "-0"); };
  bench.left = [&] { return house.cloud.names(); };
  check_target(bench);
}

TEST_CASE("a server is made of the flavor, image, groups and settings of its need, with a volume attached",
          "[targets]") {
  EstateHouse house(TargetOptions{{"networks", "n1,n2"}, {"volume_type", "fast"}});
  const auto begun =
      order(*house.target, "a1", machine(1, 50), {{"key_name", "ops"}, {"port", "8080"}, {"availability_zone", "az1"}});
  REQUIRE(begun);
  CHECK(begun->condition == Condition::starting);
  const std::string name = "harbinger-estate-site-a1-0";
  const auto server = house.cloud.server(name);
  CHECK(server.at("flavorRef") == "f1");
  CHECK(server.at("imageRef") == "i1");
  CHECK(server.at("key_name") == "ops");
  CHECK(server.at("availability_zone") == "az1");
  CHECK(server.at("networks")[1].at("uuid") == "n2");
  CHECK(server.at("security_groups").size() == 1);
  CHECK(server.at("metadata").at("harbinger_order") == "a1");
  CHECK(house.cloud.volume(name).at("volume_type") == "fast");
  CHECK(house.cloud.volume(name).at("size") == 50);
  CHECK(house.cloud.rules() == 3);  // ssh from one prefix, icmp from both families
  const auto made = house.settled("a1");
  CHECK(made.condition == Condition::ready);
  CHECK(made.need == machine(1, 50));
  CHECK(made.reach.at(0).port == 8080);
  CHECK(house.cloud.volume(name).at("status") == "in-use");
  house.removes("a1");
  CHECK(house.cloud.names().empty());
}

TEST_CASE("a server is not ready before its volume is attached", "[targets]") {
  EstateHouse house;
  REQUIRE(order(*house.target, "a1", machine(1, 50)));
  house.cloud.settles = false;
  CHECK(house.look("a1").condition == Condition::starting);
  house.cloud.settles = true;
  CHECK(house.look("a1").condition == Condition::starting);  // active; the volume is asked to be attached
  CHECK(house.settled("a1").condition == Condition::ready);
}

TEST_CASE("a group of ours stays while another order's servers are in it", "[targets]") {
  EstateHouse house;
  REQUIRE(order(*house.target, "a1", machine()));
  REQUIRE(order(*house.target, "b1", machine()));
  house.removes("a1");
  CHECK(house.cloud.names().size() == 2);
  CHECK(house.cloud.rules() == 3);
  house.removes("b1");
  CHECK(house.cloud.names().empty());
}

TEST_CASE("a resize is confirmed when one looks, and one that was given up is told of", "[targets]") {
  EstateHouse house;
  REQUIRE(order(*house.target, "a1", machine()));
  CHECK(house.settled("a1").condition == Condition::ready);
  auto large = machine();
  large.machine = "large";
  const auto changed = change(*house.target, "a1", large);
  REQUIRE(changed);
  CHECK(changed->condition == Condition::starting);
  CHECK(house.settled("a1").condition == Condition::ready);
  CHECK(house.cloud.server("harbinger-estate-site-a1-0").at("flavor").at("original_name") == "m1.large");
  house.cloud.resizes_fail = true;
  REQUIRE(change(*house.target, "a1", machine()));
  const auto kept = house.settled("a1");
  CHECK(kept.condition == Condition::partly);
  CHECK(lacks(kept.trouble, "has flavor m1.large, not m1.small") == "");
  auto other = large;
  other.security = "web";
  CHECK(change(*house.target, "a1", other).error().code == ErrorCode::unsupported);

  EstateHouse careful(TargetOptions{{"resize", "no"}});
  REQUIRE(order(*careful.target, "a1", machine()));
  CHECK(change(*careful.target, "a1", large).error().code == ErrorCode::unsupported);
  CHECK(change(*careful.target, "a1", machine(2)));
}

TEST_CASE("a change that is broken off is told as half done, and the same change completes it", "[targets]") {
  EstateHouse house;
  REQUIRE(order(*house.target, "a1", machine(1)));
  CHECK(house.settled("a1").condition == Condition::ready);
  house.cloud.most_servers = 1;
  const auto half = change(*house.target, "a1", machine(3));
  REQUIRE(half);
  CHECK(half->condition == Condition::partly);
  CHECK(house.list().at(0).need.count == 3);
  CHECK(house.list().at(0).condition == Condition::partly);
  house.cloud.most_servers = 10;
  REQUIRE(change(*house.target, "a1", machine(3)));
  CHECK(house.settled("a1").condition == Condition::ready);
}

TEST_CASE("servers of another installation, and of the provider, are nobody's order", "[targets]") {
  EstateHouse house;
  auto other = world_of(house.options);
  other.installation = "site-a1";
  const auto theirs = make_estate_target(other);
  REQUIRE(theirs);
  REQUIRE(order(**theirs, "0", machine()));
  CHECK(house.list().empty());
  CHECK(house.look("a1").condition == Condition::gone);
  house.removes("a1");
  CHECK(house.cloud.names().size() == 2);
}

TEST_CASE("options, settings and words of the estate that are wrong are refused with what would be right",
          "[targets]") {
  EstateHouse house;
  const auto wrong = [&](const TargetOptions& more) {
    auto options = house.options;
    for (const auto& [word, text] : more) options[word] = text;
    return wrong_with_target(make_estate_target, options);
  };
  CHECK(lacks(wrong({{"rules.ssh", "tcp port 22"}}), "tcp 22 from 10.0.0.0/8") == "");
  CHECK(lacks(wrong({{"rules.ssh", "tcp 22 from everywhere"}}), "tcp 8000-8080") == "");
  CHECK(lacks(wrong({{"colour", "red"}}), "rules.WORD") == "");
  CHECK(lacks(wrong({{"port", "none"}}), "1 to 65535") == "");
  CHECK(lacks(wrong({{"usual_image", "suse"}}), "is ubuntu") == "");
  CHECK(lacks(wrong_with_target(make_estate_target, {}), "auth_url") == "");

  const auto refused = [&](const Need& need, const TargetOptions& settings = {}) {
    const auto made = order(*house.target, "a1", need, settings);
    return made ? "" : made.error().message;
  };
  CHECK(lacks(refused(machine(), {{"colour", "red"}}), "key_name") == "");
  CHECK(lacks(refused(machine(), {{"port", "x"}}), "1 to 65535") == "");
  auto odd = machine();
  odd.security = "lax";
  CHECK(lacks(house.target->refusal(odd), "ssh, web") == "");

  // Without tables, words are the cloud's own; what it does not know it refuses itself.
  auto options = house.options;
  for (const char* word : {"machine.small", "machine.large", "image.ubuntu", "security.web", "rules.ssh"})
    options.erase(word);
  house.target = made_target(make_estate_target, options);
  const Need plain{.kind = "machine", .machine = "m1.small", .image = "ubuntu-22.04", .security = "web"};
  CHECK(house.target->refusal(plain).empty());
  REQUIRE(order(*house.target, "b1", plain));
  CHECK(house.settled("b1").condition == Condition::ready);
  odd = plain;
  odd.machine = "m9";
  CHECK(lacks(refused(odd), "m1.small, m1.large") == "");
  odd = plain;
  odd.image = "twin";
  CHECK(lacks(refused(odd), "2 images") == "");
  odd.image = "none";
  CHECK(lacks(refused(odd), "no image 'none'") == "");
  odd = plain;
  odd.security = "lax";
  CHECK(lacks(refused(odd), "security group 'lax'; there is web") == "");
  house.removes("b1");
  CHECK(house.cloud.names().empty());
}
