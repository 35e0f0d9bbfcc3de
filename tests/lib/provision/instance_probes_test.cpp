// Probes of instances.
#include <catch2/catch.hpp>

#include <atomic>

#include "provision/instance_probes.h"
#include "tests/support/process.h"
#include "tests/support/web_server.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;

TEST_CASE("that an instance is well is told once, and not with every probe") {
  const WebServer server([](const WebRequest&, WebPeer&) {});
  std::atomic<int> well = 0;
  const auto probes = InstanceProbes::make([&](const std::string&, bool fine, const std::string&) { well += fine; });
  probes->watch("i1", {.addresses = {server.address().ip}, .port = server.address().port}, {},
                InstanceProbes::Pace::eager);
  REQUIRE(wait_until([&] { return server.connections() >= 6; }));
  CHECK(well == 1);
}
