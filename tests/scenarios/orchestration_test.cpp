// Resources from the first act of a user to their end, as processes of this machine.
#include <catch2/catch.hpp>

#include <thread>

#include "tests/scenarios/orchestration_house.h"

namespace harbinger::test {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
struct House : OrchestrationHouse {
  using OrchestrationHouse::OrchestrationHouse;

  std::string call(const std::string& call, const std::string& request,
                   const std::string& token = "caller-0123456789") const {
    Process caller({HARBINGER_ORCHESTRATION_CALL, door().to_string(), token, call, request});
    return caller.wait(std::chrono::seconds(20)) ? caller.output() : "no answer";
  }
};

bool skipped() { return no_curl() || !installed({"/usr/bin/python3"}); }

}  // namespace

TEST_CASE(
    "what a user is about to need is planned, approved by somebody, ready, claimed, and still his after a crash") {
  if (skipped()) return;
  House house("approval");
  house.learn("alice");
  INFO(house.ctl({"plan"}) << house.get("state").dump(1));
  REQUIRE(wait_until([&] { return house.in_plan("proposed") == 1; }));
  CHECK(house.processes().empty());
  CHECK_THAT(house.ctl({"plan"}), Contains("make") && Contains("proposed") && Contains("small") && !Contains("alice"));
  const auto number = std::to_string(house.get("plan")[0]["action"].get<std::uint64_t>());
  CHECK_THAT(house.ctl({"why-plan", number}), Contains("action " + number));

  CHECK(house.ctl({"apply", number}) == "action " + number + " is approved\n");
  REQUIRE(wait_until([&] { return house.at_step("spare") == 1; }));
  CHECK_THAT(house.ctl({"history"}), Contains("done"));
  const auto claimed = house.claim("alice");
  CHECK(claimed["was_ready"] == true);
  REQUIRE(claimed["addresses"].size() == 1);
  CHECK(House::serves(claimed["addresses"][0]));
  CHECK(house.at_step("claimed") == 1);
  CHECK(house.get("state")["hits"] == 1);

  const auto before = house.processes();
  house.server().kill();
  house.server().start();
  REQUIRE(wait_until([&] { return house.at_step("claimed") == 1; }));
  CHECK(House::serves(claimed["addresses"][0]));
  for (const auto pid : before) CHECK(house.processes().contains(pid));

  const auto id = claimed["id"].get<std::string>();
  CHECK(house.post("/v1/orchestration/release?resource=" + id, "").status == 200);
  CHECK(wait_until([&] { return !House::serves(claimed["addresses"][0]); }));
}

TEST_CASE("acts come in by a log, over HTTP and over gRPC, and count for one user") {
  if (skipped()) return;
  House house("off");
  house.log(House::looks("alice"));
  CHECK(house.post("/v1/activity", R"({"actor": "alice", "verb": "login", "kind": "session"})").status == 202);
  const auto told =
      house.call("ReportActivity", R"(acts { actor: "alice" verb: "logout" kind: "session" })", "sensor-0123456789");
  CHECK_THAT(told, Contains("OK taken: 1"));
  CHECK(wait_until([&] { return house.get("users?name=alice")["acts"] == 3; }));
  CHECK_THAT(house.call("GetDesired", R"(user { name: "alice" })"), Contains("acts: 3"));
  CHECK_THAT(house.call("GetDesired", R"(user { name: "alice" })", "sensor-0123456789"), Contains("PERMISSION_DENIED"));
  CHECK_THAT(house.call("ListPlan", "", "nobody-0123456789"), Contains("UNAUTHENTICATED"));
  CHECK(house.get("state")["users"] == 1);
}

TEST_CASE("an operator says what a user is, and takes it back") {
  if (skipped()) return;
  House house("off");
  house.log(House::looks("alice"));
  REQUIRE(wait_until([&] { return house.get("users?name=alice")["acts"] == 1; }));
  CHECK(house.ctl({"persona", "label", "alice", "use-case", "production"}) == "alice is production now\n");
  const auto said = house.get("users?name=alice")["attributes"]["use-case"];
  CHECK(said["value"] == "production");
  CHECK(said["by"] == "label");
  house.ctl({"persona", "unlabel", "alice", "use-case"});
  CHECK(house.get("users?name=alice")["attributes"]["use-case"] != said);
  CHECK_THAT(house.ctl({"persona", "label", "bob", "skill", "expert"}), Contains("404"));
}

TEST_CASE("a dry run makes nothing, and shows what it would have made") {
  if (skipped()) return;
  House house("dry-run");
  house.learn("alice");
  REQUIRE(wait_until(
      [&] { return house.ctl({"history"}).find("would") != std::string::npos || house.in_plan("would") > 0; }));
  CHECK(house.processes().empty());
}

TEST_CASE("a reactive server makes what is claimed and not there, and a plan that is denied is not made") {
  if (skipped()) return;
  House house("approval", "reactive\n");
  house.learn("bob");
  REQUIRE(wait_until([&] { return house.in_plan("proposed") >= 1; }));
  for (const auto& each : house.get("plan")) house.ctl({"deny", std::to_string(each["action"].get<std::uint64_t>())});
  CHECK(house.in_plan("proposed") == 0);
  CHECK(house.processes().empty());
  CHECK_THAT(house.ctl({"history"}), Contains("denied"));
}

TEST_CASE("a claim over gRPC is answered with what is made for it, which is ready soon after") {
  if (skipped()) return;
  House house("on", "reactive\n");
  const std::string request = R"(user { name: "carol" } need { kind: "machine" machine: "small" })";
  CHECK_THAT(house.call("Claim", request), Contains("OK id: "));
  REQUIRE(wait_until([&] { return house.at_step("claimed") == 1; }));
  const auto resource = house.get("resources")[0];
  CHECK(House::serves(resource["addresses"][0]));
  CHECK(house.processes().size() == 1);
  CHECK_THAT(house.call("Release", "id: \"" + resource["id"].get<std::string>() + "\""), Contains("OK"));
  CHECK(wait_until([&] { return house.processes().empty(); }));
  CHECK_THAT(house.call("Claim", R"(user { name: "carol" } need { kind: "castle" })"), !Contains("OK"));
}

TEST_CASE("a reload with other settings goes on with the resources that there are") {
  if (skipped()) return;
  House house("on", "reactive\n");
  house.call("Claim", R"(user { name: "carol" } need { kind: "machine" machine: "small" })");
  REQUIRE(wait_until([&] { return house.at_step("claimed") == 1; }));
  const auto id = house.get("resources")[0]["id"];
  house.reload("reactive\nunused_after 3m\n");
  REQUIRE(wait_until([&] { return house.get("state")["made"] == 0; }));  // the next engine has begun
  REQUIRE(wait_until([&] { return house.at_step("claimed") == 1; }));
  CHECK(house.get("resources")[0]["id"] == id);
  CHECK(house.processes().size() == 1);
  CHECK_THAT(house.call("GetDesired", R"(user { name: "carol" })"), Contains("STEP_CLAIMED"));
}

TEST_CASE("a configuration of orchestration that cannot be is told with its line and what would be right") {
  const Scratch scratch;
  const auto file = scratch.write("Harbingerfile",
                                  "example:53 {\n orchestration {\n  kind machine target local\n  target local docker\n"
                                  "  horizon 1ms\n }\n}\n");
  Process check({built_program("harbingerd"), "-check", "-conf", file});
  const auto ending = check.wait();
  REQUIRE(ending);
  CHECK(ending->exit_code != 0);
  CHECK_THAT(check.output(),
             Contains("Harbingerfile:4:") && Contains("process|container|qemu") && Contains("Harbingerfile:5:"));
}

}  // namespace harbinger::test
