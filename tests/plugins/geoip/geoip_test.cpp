#include <catch2/catch.hpp>

#include "plugins/all.h"
#include "tests/support/memory_server.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using Catch::Matchers::Contains;

namespace {

const std::string kEndpoints =
    "cdn_select {\n endpoint fra address 203.0.113.1 position 50.1 8.7\n endpoint nyc address 203.0.113.2 position "
    "40.7 -74.0\n"
    " pool p endpoint fra nyc\n filter p geo\n application a pool p template www.example\n}\n";

std::string fault(const std::string& options) {
  try {
    const MemoryServer server("example {\n geoip {\n" + options + "}\n}\n", all_plugins());
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("clients go to what is near them, by address and by client subnet, wherever geoip stands in the file") {
  const std::string geoip =
      "geoip {\n place 192.0.2.0/24 DE\n place 198.51.100.0/24 US position 40 -75\n place 2001:db8::/48 FR\n}\n";
  for (const auto& plugins : {geoip + kEndpoints, kEndpoints + geoip}) {
    MemoryServer server("example {\n" + plugins + "}\n", all_plugins());
    const auto ask = [&](MemoryServer::Asking how) { return server.ask("www.example. A", how)->answers(); };
    CHECK_THAT(ask({.client = "192.0.2.7"}), Contains("203.0.113.1"));
    CHECK_THAT(ask({.client = "198.51.100.7"}), Contains("203.0.113.2"));
    CHECK_THAT(ask({.client = "2001:db8::7"}), Contains("203.0.113.1"));
    CHECK_THAT(ask({.client = "192.0.2.7", .subnet = ClientSubnet{*IpAddress::parse("198.51.100.0"), 24, 0}}),
               Contains("203.0.113.2"));
    CHECK(server.count("harbinger_geoip_queries_total") == 4);
  }
}

TEST_CASE("what geoip cannot use is told at the start") {
  const Scratch scratch;
  CHECK_THAT(fault(""), Contains("neither"));
  CHECK_THAT(fault("place 192.0.2.0/24 Germany\n"), Contains("two capital letters"));
  CHECK_THAT(fault("place 192.0.2.0/24 DE position 91 0\n"), Contains("degrees north"));
  CHECK_THAT(fault("place 192.0.2.0/24 DE\nplace 192.0.2.128/25 FR\n"), Contains("overlaps"));
  CHECK_THAT(fault("database /nowhere/there.mmdb\n"), Contains("no such file"));
  CHECK_THAT(fault("database " + scratch.write("x.mmdb", "this is none").string() + "\n"),
             Contains("no sound MaxMind database"));
}
