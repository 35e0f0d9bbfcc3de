// The estate target against the real Nova that tests/openstack/run starts; skipped where nobody did.
#include <cstdlib>

#include "tests/lib/orchestrate/target_conformance.h"
#include "tests/lib/orchestrate/target_house.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;

namespace {

std::string told(const char* name) {
  const char* const text = std::getenv(name);
  return text ? text : "";
}

}  // namespace

TEST_CASE("the estate target keeps to what targets promise, against Nova itself", "[real-nova]") {
  if (told("HARBINGER_CLOUD").empty()) {
    WARN("no cloud here (tests/openstack/run starts one): skipped");
    return;
  }
  const Scratch folder;
  const TargetOptions options{{"auth_url", told("HARBINGER_CLOUD")},
                              {"user", "harbinger"},
                              {"project", "site"},
                              {"secret", folder.write("secret", "hush").string()},
                              {"machine.small", "m1.tiny"},
                              {"machine.large", "m1.small"},
                              {"image.cirros", told("HARBINGER_CLOUD_IMAGE")},
                              {"security.default", "default"},
                              {"networks", told("HARBINGER_CLOUD_NETWORK")},
                              {"resize", "yes"}};
  TargetBench bench;
  bench.make = [&] { return made_target(make_estate_target, options); };
  bench.need = {
      .kind = "machine", .machine = "small", .image = "cirros", .security = "default", .storage_gb = GENERATE(0u, 1u)};
  bench.unknown = bench.need;
  bench.unknown->machine = "huge";
  bench.known = "large, small";
  bench.other_machine = bench.need;
  bench.other_machine->machine = "large";
  const auto keeper = made_target(make_estate_target, options);
  bench.left = [&] {
    std::vector<std::string> left;
    const auto listed = keeper->list(in_time());
    for (const auto& each : *listed) left.push_back(each.id);
    return left;
  };
  bench.tells_reach = false;  // the stand-in for Neutron gives out no addresses
  bench.ready_within = std::chrono::seconds(60);
  bench.many = 0;  // Nova's tests serve one client at a time
  check_target(bench);
}
