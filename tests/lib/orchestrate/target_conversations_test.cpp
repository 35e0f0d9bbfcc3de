// Whole conversations of targets with Kubernetes and OpenStack, written after the references of their interfaces: nobody recorded them.
#include "tests/lib/orchestrate/target_house.h"
#include "tests/lib/provision/api_conversation.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using Condition = Made::Condition;

namespace {

struct Talk {
  explicit Talk(const std::string& file) : server("tests/lib/orchestrate/conversations/" + file) {}
  ~Talk() { CHECK(server.trouble() == ""); }
  void begin(MakeTarget make, const TargetOptions& options) { target = made_target(make, options); }
  void on_kubernetes() {
    begin(make_deployments_target, {{"server", server.url()},
                                    {"namespace", "web"},
                                    {"token", folder.write("token", "first").string()},
                                    {"machine.small", "1 cpus 512 MiB"},
                                    {"machine.large", "2 cpus 4096 MiB"},
                                    {"image.web", "registry.example/web:1"},
                                    {"security.strict", "namespace ports 8080"}});
  }
  Made look() {
    auto made = target->look("a1", in_time());
    if (!made) FAIL(made.error().message);
    return *made;
  }

  const Scratch folder;
  ApiConversation server;
  std::unique_ptr<Target> target;
};

}  // namespace

TEST_CASE("a Deployment is made, waits for a node, is ready, changed and removed in Kubernetes' own words",
          "[targets]") {
  Talk talk("deployments_life.json");
  talk.on_kubernetes();
  Need need{.kind = "deployment", .machine = "small", .image = "web", .security = "strict", .count = 2};
  const auto begun = order(*talk.target, "a1", need, {{"max", "3x"}, {"priority", "soon"}});
  REQUIRE(begun);
  CHECK(begun->condition == Condition::starting);
  const auto waits = talk.look();
  CHECK(waits.condition == Condition::partly);
  CHECK(lacks(waits.trouble, "Insufficient memory") == "");
  const auto ready = talk.look();
  CHECK(ready.condition == Condition::ready);
  REQUIRE(ready.reach.size() == 2);
  CHECK(ready.reach[0].addresses.at(0).to_string() == "10.1.2.3");
  CHECK(ready.reach[0].port == 8080);
  CHECK(ready.need == need);
  need.machine = "large";
  need.count = 3;
  const auto changed = change(*talk.target, "a1", need, {{"max", "3x"}, {"priority", "soon"}});
  REQUIRE(changed);
  CHECK(changed->condition == Condition::starting);
  CHECK(changed->need == need);
  CHECK(talk.target->remove("a1", in_time()));
}

TEST_CASE("a quota of Kubernetes is no room now; missing rights and an invalid Deployment are never", "[targets]") {
  Talk talk("deployments_refusals.json");
  talk.on_kubernetes();
  const Need need{.kind = "deployment", .machine = "small", .image = "web", .security = "strict", .count = 2};
  for (const auto code : {ErrorCode::too_large, ErrorCode::denied, ErrorCode::denied, ErrorCode::unreachable}) {
    const auto refused = order(*talk.target, "a1", need);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == code);
    if (refused.error().message.find("cannot create resource") != std::string::npos)
      CHECK(lacks(refused.error().message, "docs/targets.md") == "");
  }
}

TEST_CASE("a server with a volume is made, attached, resized and removed in OpenStack's own words", "[targets]") {
  Talk talk("estate_life.json");
  talk.begin(make_estate_target, {{"auth_url", talk.server.url() + "/identity"},
                                  {"application_credential", "5a1f"},
                                  {"secret", talk.folder.write("secret", "hush").string()},
                                  {"region", "north"},
                                  {"machine.small", "m1.small"},
                                  {"machine.large", "m1.large"},
                                  {"image.ubuntu", "ubuntu-22.04"},
                                  {"rules.ssh", "tcp 22 from 10.0.0.0/8"},
                                  {"resize", "yes"}});
  Need need{.kind = "machine", .machine = "small", .image = "ubuntu", .security = "ssh", .count = 1, .storage_gb = 20};
  REQUIRE(order(*talk.target, "a1", need));
  CHECK(talk.look().condition == Condition::starting);  // is built
  CHECK(talk.look().condition == Condition::starting);  // its volume is attached
  const auto ready = talk.look();
  CHECK(ready.condition == Condition::ready);
  CHECK(ready.need == need);
  CHECK(ready.reach.at(0).addresses.at(0).to_string() == "192.168.0.3");
  need.machine = "large";
  const auto changed = change(*talk.target, "a1", need);
  REQUIRE(changed);
  CHECK(changed->condition == Condition::starting);
  CHECK(talk.look().condition == Condition::starting);  // its new size is confirmed
  CHECK(talk.look().condition == Condition::ready);
  CHECK(talk.target->remove("a1", in_time()));
}
